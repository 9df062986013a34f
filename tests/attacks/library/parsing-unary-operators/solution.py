x = <repeat 0>1
