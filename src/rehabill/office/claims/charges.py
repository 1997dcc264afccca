"""The practice as the core knows it, with the charges of a day."""

import datetime as dt
from bisect import bisect_right

from rehabill.model.practice import Practice as PracticeRecord
from rehabill.office.practices.models import Charge, Practice
from rehabill.office.practices.records import practice_record

_ONE_DAY = dt.timedelta(days=1)


class Charges:
    """Read once for all days between two changes of a charge."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        days = Charge.objects.values_list("starts", "ends").distinct()
        self._changes = sorted({starts for starts, _ in days if starts} | {ends + _ONE_DAY for _, ends in days if ends})
        self._read: dict[int, PracticeRecord] = {}

    def on(self, day: dt.date) -> PracticeRecord:
        """The practice with the charges in force that day."""
        between = bisect_right(self._changes, day)
        if between not in self._read:
            self._read[between] = practice_record(self._practice, day)
        return self._read[between]
