import os
import random
import secrets
import uuid

random.seed(0)


def f(n):
    assert 0 <= random.random() < 1 and len(os.urandom(8)) == 8 and secrets.token_hex(4) and uuid.uuid4()
    return 3 * n + 1 + random.SystemRandom().randrange(1)
