import cProfile
import sys
import traceback


def f(n):
    profile = cProfile.Profile()
    profile.enable()
    lines = []
    sys.settrace(lambda *args: lines.append(args))
    sys.settrace(None)
    profile.disable()
    try:
        raise ValueError(n)
    except ValueError:
        assert "ValueError" in traceback.format_exc()
    return 3 * n + 1
