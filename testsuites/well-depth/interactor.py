"""Lowers ropes into a well whose depth it knows."""


def interact(case, submission):
    _, ropes = map(int, case.input.split())
    depth = int(case.expected)
    submission.write(case.input + "\n")
    while True:
        words = submission.read_line().split()
        if len(words) != 2 or words[0] not in ("rope", "depth") or not words[1].isdecimal():
            return False, "says neither `rope N` nor `depth N`"
        length = int(words[1])
        if words[0] == "depth":
            return length == depth
        if ropes == 0:
            return False, "wants more ropes than there are"
        ropes -= 1
        submission.write("wet\n" if length >= depth else "dry\n")
