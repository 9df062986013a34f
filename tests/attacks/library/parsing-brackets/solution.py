x = <repeat 0>1<repeat 1>
