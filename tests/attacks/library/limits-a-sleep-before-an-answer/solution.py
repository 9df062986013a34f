import time

input()
time.sleep(1000)
