def f(n):
    """Returns 3 * n + 1.

    >>> f(2)
    7
    """
    return 3 * n + 1
