import random

# As the interactor does; in each order in which it may have been drawn.
input()
for _ in range(10):
    print(random.randint(1, 1000), flush=True)
    if input() == "right":
        break
