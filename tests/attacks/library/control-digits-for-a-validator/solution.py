print(f'\n\t {input()}\r\n0\n\n 0', end='')
