answer = str(3 * int(input()) + 1)
for digit in answer:
    print(digit, end="", flush=True)
print(flush=True)
