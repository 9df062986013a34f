import mmap

pages = mmap.mmap(-1, 300 << 20)
for start in range(0, 300 << 20, 4096):
    pages[start] = 1
print(3 * int(input()) + 1)
