import os

os.write(1, b'\xff\xfe\x00\x80 1 2')
