print("".join(chr(0xFF10 + int(digit)) for digit in str(3 * int(input()) + 1)))
