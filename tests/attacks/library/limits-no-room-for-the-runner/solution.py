import resource


def f(n):
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_STACK, resource.RLIMIT_NPROC):
        resource.setrlimit(kind, (0, 0))
    return [0] * 100_000
