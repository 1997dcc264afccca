"""Days on which clearinghouses and payers work: Monday to Friday, without federal holidays (5 U.S.C. 6103)."""

import datetime as dt
from functools import cache


@cache
def _holidays() -> "object":
    import holidays

    return holidays.country_holidays("US")


def is_business_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in _holidays()  # type: ignore[operator]


def after(day: dt.date, business_days: int) -> dt.date:
    """The last of so many business days that follow a day."""
    while business_days:
        day += dt.timedelta(days=1)
        business_days -= is_business_day(day)
    return day
