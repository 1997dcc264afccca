"""By what numbers and names each payer is known: from the practice's enrolments, and learned while posting."""

from collections.abc import Sequence

from rehabill.office.practices.models import PayerEnrolment, PayerIdentity


class Identities:
    """Identifier (`engine.post.payers.identifiers`) → our names for the payer."""

    def __init__(self) -> None:
        self.learned: dict[str, set[str]] = {}
        self._stored = set(PayerIdentity.objects.values_list("identity", "payer"))
        for identity, payer in self._stored:
            self._add(identity, payer)
        for payer, number, name in PayerEnrolment.objects.values_list("payer", "payer_id", "name"):
            if number:
                self._add(f"number {number}", payer)
            if name:
                self._add(f"name {' '.join(name.upper().split())}", payer)

    def learn(self, identifiers: Sequence[str], payer: str) -> None:
        """A claim of this payer was answered by somebody known by these."""
        for one in identifiers:
            self._add(one, payer)
            if (one, payer) not in self._stored:
                PayerIdentity.objects.create(identity=one, payer=payer)
                self._stored.add((one, payer))

    def _add(self, identity: str, payer: str) -> None:
        self.learned.setdefault(identity, set()).add(payer)
