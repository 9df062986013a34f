import pytest
from lockers import Full, Wall, report


def test_the_length_is_the_number_of_lockers(wall):
    assert len(wall) == 4
    assert len(Wall({})) == 0


def test_free_lockers_come_by_size_and_number(wall):
    assert list(wall) == [2, 4, 1, 3]


@pytest.mark.parametrize(("size", "number"), [(1, 2), (2, 4), (3, 1)])
def test_a_parcel_gets_the_smallest_locker_that_fits(wall, size, number):
    assert wall.store("boots", size) == number
    assert number not in list(wall)


def test_a_stored_parcel_is_in_the_wall_until_it_is_collected(wall):
    number = wall.store("lamp", 2)
    assert "lamp" in wall
    assert wall.collect(number) == "lamp"
    assert "lamp" not in wall
    assert list(wall) == [2, 4, 1, 3]


def test_a_parcel_is_collected_from_its_own_locker(wall):
    wall.store("oars", 1)
    number = wall.store("tent", 3)
    assert wall.collect(number) == "tent"
    assert ("oars" in wall, "tent" in wall) == (True, False)


def test_a_full_wall_says_which_size_it_lacks(wall):
    wall.store("a", 3)
    wall.store("b", 3)
    with pytest.raises(Full) as caught:
        wall.store("c", 3)
    assert caught.value.size == 3
    assert not issubclass(Full, KeyError)


@pytest.mark.parametrize("number", [2, 99])
def test_nothing_can_be_collected_from_an_empty_or_unknown_locker(wall, number):
    with pytest.raises(KeyError) as caught:
        wall.collect(number)
    assert caught.value.args == (number,)


def test_walls_with_the_same_parcels_are_equal():
    first, second = Wall({1: 1, 2: 2}), Wall({1: 1, 2: 2})
    first.store("kite", 1)
    before = first == second
    second.store("kite", 1)
    assert (before, first == second, first == Wall({1: 1})) == (False, True, False)


def test_watchers_hear_of_each_parcel(wall):
    heard = []
    wall.watch(lambda number, parcel: heard.append((number, parcel)))
    wall.store("oars", 1)
    wall.store("tent", 3)
    assert heard == [(2, "oars"), (1, "tent")]


def test_the_report_lists_occupied_lockers(wall, capsys):
    wall.store("oars", 2)
    wall.store("tent", 3)
    report(wall)
    assert capsys.readouterr().out == "1: tent\n4: oars\n"


def test_the_sizes_are_left_alone():
    sizes = {7: 2, 5: 1}
    assert Wall(sizes).store("drum", 1) == 5
    assert sizes == {7: 2, 5: 1}
