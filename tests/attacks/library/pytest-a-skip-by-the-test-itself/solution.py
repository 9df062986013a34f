def visit(case):
    case.skipTest("not today")


def half(n):
    return 0
