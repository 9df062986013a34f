def reachable(doors, start):
    pass
