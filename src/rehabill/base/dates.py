"""Calendar arithmetic the regulations use."""

import calendar
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the last one there is."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _observed(day: date) -> date:
    if day.weekday() == calendar.SATURDAY:
        return day - timedelta(days=1)
    if day.weekday() == calendar.SUNDAY:
        return day + timedelta(days=1)
    return day


def federal_holidays(year: int) -> frozenset[date]:
    """Legal public holidays of 5 USC 6103(a), on the day they are observed (Juneteenth from 2021)."""
    last_monday_may = date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    days = [
        _observed(date(year, 1, 1)),
        _nth_weekday(year, 1, 0, 3),
        _nth_weekday(year, 2, 0, 3),
        last_monday_may,
        _observed(date(year, 7, 4)),
        _nth_weekday(year, 9, 0, 1),
        _nth_weekday(year, 10, 0, 2),
        _observed(date(year, 11, 11)),
        _nth_weekday(year, 11, 3, 4),
        _observed(date(year, 12, 25)),
    ]
    if year >= 2021:
        days.append(_observed(date(year, 6, 19)))
    if date(year + 1, 1, 1).weekday() == calendar.SATURDAY:
        days.append(date(year, 12, 31))
    return frozenset(days)


def is_workday(day: date) -> bool:
    return day.weekday() < calendar.SATURDAY and day not in federal_holidays(day.year)


def next_workday(day: date) -> date:
    """`day` itself when it is a workday, else the first workday after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day
