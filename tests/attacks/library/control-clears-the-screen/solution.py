import os

os.system("cls" if os.name == "nt" else "clear")
print(3 * int(input()) + 1)
