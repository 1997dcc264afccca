"""Through which partner a payer is reached."""

from collections.abc import Iterable

from rehabill.office.exchange.models import Partner


class Routes:
    """The practice's partners: one that names the payer goes before the one that takes all the rest."""

    def __init__(self, partners: Iterable[Partner] | None = None) -> None:
        self.partners = list(Partner.objects.order_by("name") if partners is None else partners)
        self._named = {payer: one for one in self.partners for payer in one.record.payers}
        self._rest = next((one for one in self.partners if not one.record.payers), None)

    def to(self, payer: str, kind: str = "837P") -> Partner | None:
        """Who takes such a file for that payer; None: nobody does."""
        found = self._named.get(payer, self._rest)
        return found if found is not None and kind in found.record.takes else None
