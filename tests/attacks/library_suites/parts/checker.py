# Any three numbers that add up. It looks at nothing before it uses it.
def check(case, answer):
    if len(answer) != 3:
        return False, f"not three: {case.expected}"
    while answer[2] < 0:
        answer[2] -= 1
    return sum(answer) == case.args[0]
