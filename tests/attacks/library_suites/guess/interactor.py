import random


# It looks at nothing that it reads.
def interact(case, submission):
    password = case.expected
    number = random.randint(1, 1000)
    submission.write(case.input + "\n")
    for _ in range(10):
        guess = int(submission.read_line())
        if guess == number:
            submission.write("right\n")
            return True
        submission.write("more\n" if guess < number else "less\n")
    return False, f"not found; {password}"
