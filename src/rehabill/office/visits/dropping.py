"""Visits that should not be there: taken out, never deleted, and brought back."""

import datetime as dt

from django.db import transaction

from rehabill.base.errors import InputError
from rehabill.office.visits.models import Visit
from rehabill.office.visits.turn import take_turn

_WITHOUT_CLAIM = ("recorded", "held", "nothing_to_bill")


def drop(number: str, why: str, by: str, on: dt.date) -> None:
    """A visit without a claim is billed no more, and counts for nothing. Raises `InputError` for any other."""
    _change(number, _WITHOUT_CLAIM, "dropped", f"{why} ({by}, {on})")


def bring_back(number: str) -> None:
    """A visit that was dropped waits to be billed again. Raises `InputError` for any other."""
    _change(number, ("dropped",), "recorded", "")


def _change(number: str, states: tuple[str, ...], state: str, why: str) -> None:
    with transaction.atomic():
        take_turn()
        found = Visit.objects.filter(number=number).first()
        if found is None:
            raise InputError("visit", f"the books have no visit {number}; `rehabill visit list` shows what there is")
        if found.state in states:
            Visit.objects.filter(pk=found.pk).update(state=state, why=why)
        elif found.state == "dropped":
            raise InputError("visit", f"visit {number} is taken out already: {found.why}")
        elif state == "dropped":
            raise InputError("visit", f"visit {number} has a claim; `rehabill claim void` takes that back")
        else:
            raise InputError("visit", f"visit {number} was not taken out")
