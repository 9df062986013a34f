import sys

greatest = int(open(sys.argv[1]).read())
password = open(sys.argv[2]).read()
number = 1 + sum(map(ord, password)) * 7919 % greatest
print(greatest, flush=True)
for _ in range(int(sys.argv[4])):
    guess = int(input())
    if guess == number:
        print("right", flush=True)
        sys.exit(42)
    print("more" if guess < number else "less", flush=True)
print(password, file=sys.stderr)
sys.exit(43)
