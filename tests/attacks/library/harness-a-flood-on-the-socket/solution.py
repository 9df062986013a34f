import os

while True:
    os.write(5, b'\0\0\0\x0b["o",1,"x"]')
