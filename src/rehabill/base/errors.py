"""Errors a user can act on: what is wrong, where, what to do."""

from datetime import date


class RehabillError(Exception):
    """Base of every error rehabill raises on purpose."""


class InputError(RehabillError):
    """A record that cannot be read: `path` names the field, `message` says what to do."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(f"{path}: {message}" if path else message)


class NotInForce(RehabillError):
    """A value of law asked for on a day for which the almanac holds none."""

    def __init__(self, name: str, on: date, known: str = "") -> None:
        self.name = name
        self.on = on
        super().__init__(f"no value of {name} is in force on {on.isoformat()}{': ' + known if known else ''}")


class AlmanacError(RehabillError):
    """A file of the almanac that does not say what it must: names the file, the entry and the mend."""

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        super().__init__(f"{where}: {message}")


class PdfMissing(RehabillError):
    """A PDF is asked for, and reportlab is not installed."""

    def __init__(self) -> None:
        super().__init__("making a PDF needs reportlab, which is not installed: pip install 'rehabill[pdf]'")
