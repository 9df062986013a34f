import resource

for kind, wanted in ((resource.RLIMIT_STACK, 64 << 20), (resource.RLIMIT_AS, 2 << 30), (resource.RLIMIT_CPU, 100)):
    soft, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    except (OSError, ValueError):
        pass


def f(n):
    return 3 * n + 1
