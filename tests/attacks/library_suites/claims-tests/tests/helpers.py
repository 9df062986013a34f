def check(actual, expected):
    assert actual == expected
