import calendar
import datetime
import locale
import zoneinfo

try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass


def f(n):
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    assert datetime.datetime(2026, 7, 1, tzinfo=zone).utcoffset() == datetime.timedelta(hours=2)
    assert calendar.monthrange(2024, 2)[1] == 29 and locale.format_string("%d", n)
    return 3 * n + 1
