import sys
import threading


def main():

    low, high = 1, int(input())
    while True:
        middle = (low + high) // 2
        print(middle)
        print('guessed', middle, file=sys.stderr)
        answer = input()
        if answer == "right":
            break
        if answer == "more":
            low = middle + 1
        else:
            high = middle - 1


thread = threading.Thread(target=main)
thread.start()
thread.join()
