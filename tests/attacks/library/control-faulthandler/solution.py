import faulthandler
import tracemalloc

faulthandler.enable()
tracemalloc.start()
print(3 * int(input()) + 1)
