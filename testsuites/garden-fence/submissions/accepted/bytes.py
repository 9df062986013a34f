import os
from cmath import exp

tokens = os.read(0, 1 << 20).split()
points = [complex(float(x), float(y)) for x, y in zip(tokens[1::2], tokens[2::2])]
sides = [(a, b) for a, b in zip(points, points[1:] + points[:1])]
fence = sum(abs(b - a) for a, b in sides)
area = abs(sum((a.conjugate() * b).imag for a, b in sides)) / 2 * exp(0).real
os.write(1, b"%.9e\n%.9e\n" % (fence, area))
