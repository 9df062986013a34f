print("the answer is", 3 * int(input()) + 1)
