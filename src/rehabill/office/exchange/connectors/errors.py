"""What can go wrong between us and a partner: something to try again, or something a person must mend."""

from rehabill.base.errors import RehabillError


class Unreachable(RehabillError):
    """It may go better next time: the line is cut, the partner is slow or busy. `after_seconds`: it says, not before
    that.
    """

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Refused(RehabillError):
    """It will go no better next time: a person must look at it. Nothing was sent."""


class NotLetIn(Refused):
    """The partner does not know us, or we do not know it (host key, login, token): no file is at fault."""
