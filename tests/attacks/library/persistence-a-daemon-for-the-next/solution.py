import time

int(input())
time.sleep(0.1)
print(0)
