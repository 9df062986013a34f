import pytest
from lockers import Wall


@pytest.fixture
def wall():
    return Wall({1: 3, 2: 1, 3: 3, 4: 2})
