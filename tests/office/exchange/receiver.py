"""A partner behind a folder, played by the tests: what it answers to a file is written by whoever plays it."""

import datetime as dt
from pathlib import Path

from rehabill.almanac.load import load
from rehabill.base.finding import Finding
from rehabill.edi.acknowledge_277ca import Answered, Answering, write_277ca
from rehabill.edi.read_837p import read_837p
from rehabill.office.exchange.connectors.open import open_connector
from rehabill.office.exchange.connectors.settings import PartnerSettings
from rehabill.office.exchange.models import Partner
from rehabill.office.exchange.partner import PartnerRecord
from rehabill.office.exchange.partners import save
from rehabill.office.exchange.sync import Connect, Exchange, Round
from rehabill.office.practices.models import Practice
from rehabill.x12 import acknowledge
from rehabill.x12.check.file import check
from rehabill.x12.envelope import Interchange

MONDAY = dt.datetime(2026, 3, 9, 8, 0, tzinfo=dt.UTC)


def partner(root: Path, name: str = "house", **fields: object) -> Partner:
    """A partner with its two directories, by default one that takes claims and questions as tests."""
    for folder in ("in", "out"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    record = PartnerRecord(
        **{  # type: ignore[arg-type]
            "name": "Example Clearinghouse", "usage": "T", "takes": ("837P", "276"),
            "by": PartnerSettings(connector="folder", path=str(root), attempts=1), **fields,
        }
    )  # fmt: skip
    return next(one for one in save({name: record}) if one.name == name)


class Office:
    """The practice's side: rounds at moments the test says."""

    def __init__(self, practice: Practice, connect: Connect = open_connector) -> None:
        self.practice = practice
        self.connect = connect
        self.now = MONDAY

    def sync(self, days: float = 0) -> Round:
        """One round, so many days later."""
        self.now += dt.timedelta(days=days)
        return self.exchange().round()

    def exchange(self) -> Exchange:
        return Exchange(self.practice, load(), lambda: self.now, "test", self.connect)


class Receiver:
    """The partner's side of a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._number = 0

    def take(self) -> list[bytes]:
        """Everything that lies there for it, which it takes away."""
        found = sorted((self.root / "in").glob("[!.]*"))
        taken = [one.read_bytes() for one in found]
        for one in found:
            one.unlink()
        return taken

    def give(self, name: str, content: bytes) -> None:
        (self.root / "out" / name).write_bytes(content)

    def envelope(self, data: bytes) -> Interchange:
        self._number += 1
        return acknowledge.reply(check([data]).interchanges[0], self._number, dt.datetime(2026, 3, 10), "T")

    def receipt(self, data: bytes) -> bytes:
        """A 999 without fault."""
        return acknowledge.acknowledge_999(check([data]).interchanges[0], self.envelope(data)).encode()

    def acceptance(self, data: bytes, first: int | None = None, **wrong: tuple[Finding, ...]) -> bytes:
        """A payer's 277CA, of the `first` claims or of all. `wrong`: findings by claim number, with _ for -; such
        claims are rejected.
        """
        answered = [
            Answered(
                submitted=one,
                payer_claim_number=f"ICN{index}",
                findings=wrong.get((one.claim.claim_number or "").replace("-", "_"), ()),
            )
            for index, one in enumerate(list(read_837p([data], []))[:first])
        ]
        day = dt.date(2026, 3, 10)
        answering = Answering(name="Example Medicare", id="00431", reference="R-1", received=day, processed=day)
        return write_277ca(answered, answering, self.envelope(data))


def status_answer(question: bytes, category: str, code: str) -> bytes:
    """A 277 that says the same of every claim that a 276 asks about."""
    segments = [one.split("*") for one in question.decode().split("~")]
    traces = [one[2] for one in segments if one[0] == "TRN"]
    numbers = [one[2] for one in segments if one[0] == "REF" and one[1] == "EJ"]
    body = (
        "ST*277*0001*005010X212~BHT*0010*08*77*20260320*1000*DG~HL*1**20*1~NM1*PR*2*EXAMPLE PAYER*****PI*00000~"
        "HL*2*1*21*1~NM1*41*2*EXAMPLE REHAB CLINIC*****46*EXCLINIC1~"
        "HL*3*2*19*1~NM1*1P*2*EXAMPLE REHAB CLINIC*****XX*1999999992~"
    )
    for level, (trace, number) in enumerate(zip(traces, numbers, strict=True), 4):
        body += (
            f"HL*{level}*3*22*0~NM1*IL*1*DOE*PAT****MI*1EX0TE0ST01~TRN*2*{trace}~"
            f"STC*{category}:{code}*20260320**100~REF*EJ*{number}~DTP*472*D8*20260302~"
        )
    body += f"SE*{body.count('~') + 1}*0001~"
    isa = (
        "ISA*00*          *00*          *ZZ*EXCLEARING     *ZZ*EXCLINIC1      *260320*1000*^*00501*000000077*0*T*:~"
        "GS*HN*EXCLEARING*EXCLINIC1*20260320*1000*77*X*005010X212~"
    )
    return f"{isa}{body}GE*1*77~IEA*1*000000077~".encode()
