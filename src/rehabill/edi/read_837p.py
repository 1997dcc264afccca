"""Professional claims of any file (837P 005010X222A1 and A2, 005010X222, 004010X098A1), one at a time.

    faults: list[Finding] = []
    with open("claims.837", "rb") as file:
        for submitted in read_837p(iter(lambda: file.read(CHUNK), b""), faults):
            submitted.claim         # as our rules, prices and checks know it
            submitted.at            # where its CLM stands
            submitted.findings      # what could not be read of it

Nothing raises: what is wrong is told in `faults`, with its place, and the rest goes on. Institutional and dental claims
are out of scope and told so. Memory does not grow with the file; a caller who reads long may empty `faults` between
two claims.
"""

from collections.abc import Iterable, Iterator, Mapping

from rehabill.base.finding import Finding
from rehabill.edi.p837_read.file import Followed
from rehabill.model.submitted import SubmittedClaim
from rehabill.x12.scan import CHUNK, batches

__all__ = ["CHUNK", "read_837p"]


def read_837p(
    chunks: Iterable[bytes], faults: list[Finding], payers: Mapping[str, str] | None = None
) -> Iterator[SubmittedClaim]:
    """The claims of a file given in chunks.

    `payers` says which payer profile a claim falls under, by the payer's number (NM109) or, for those not named, by
    filing indicator (SBR09); it goes before what the indicator says by itself.
    """
    file = Followed(faults, payers or {})
    for batch in batches(chunks, faults):
        yield from file.claims(batch)
    yield from file.finish()
