x = <repeat 0>
