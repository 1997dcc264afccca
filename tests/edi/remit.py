"""Little 835 files for tests: segments in, bytes with a right envelope out; and a plain second reader."""

from decimal import Decimal

BPR = "BPR*I*{amount}*C*CHK************20260401"
HEAD = (
    "TRN*1*CHK1001*1512345678",
    "DTM*405*20260331",
    "N1*PR*PLAIN HEALTH*XV*12345",
    "N3*1 MAIN ST",
    "N4*DENVER*CO*80202",
    "REF*2U*P77",
    "PER*BL*EDI DESK*TE*8005551212*EX*9",
    "N1*PE*BETTER BACKS PT*XX*1234567893",
    "REF*TJ*998877665",
    "LX*1",
)


def file_of(
    *body: str, amount: str, marks: str = "*:~", end: str = "", bpr: str = BPR, plb: tuple[str, ...] = ()
) -> bytes:
    """An 835 with these claims. `marks`: element, component and segment separator; `end` stands behind each segment."""
    inside = ("ST*835*0001", bpr.format(amount=amount), *HEAD, *body, *plb)
    isa = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260401*0800*^*00501*000000001*0*P*:"
    gs = "GS*HP*PAYER*CLINIC*20260401*0800*1*X*005010X221A1"
    whole = (isa, gs, *inside, f"SE*{len(inside) + 1}*0001", "GE*1*1", "IEA*1*000000001")
    text = "".join(segment + "~" + end for segment in whole)
    return text.translate(str.maketrans("*:~", marks)).encode("latin-1")


PAID = (
    "CLP*PT-1*1*150*80*20*MB*PAYER-1*11*1",
    "NM1*QC*1*DOE*ANN*Q***MI*1EG4TE5MK73",
    "NM1*74*1*DOE*ANNE****C*1EG4TE5MK74",
    "NM1*82*1*SMITH*PAT****XX*1234567893",
    "NM1*TT*2*EXAMPLE SUPPLEMENT*****PI*55001",
    "MOA***MA01*MA18",
    "REF*EA*MR-9",
    "DTM*232*20260302",
    "DTM*050*20260310",
    "AMT*AU*100",
    "SVC*HC:97110:GP:KX*100*60**2",
    "DTM*472*20260302",
    "CAS*CO*45*30",
    "CAS*PR*2*10",
    "REF*6R*LINE-1",
    "REF*0K*POLICY 7",
    "AMT*B6*70",
    "LQ*HE*N782",
    "SVC*HC:97140:GP*50*20**1*HC:97124*2",
    "DTM*150*20260302",
    "DTM*151*20260303",
    "CAS*CO*45*15*1.5*253*5",
    "CAS*PR*3*10",
    "REF*6R*LINE-2",
)
"""150 charged, 80 paid: two lines, one with the code the payer chose instead."""


def sums(data: bytes) -> dict[str, Decimal | int]:
    """Claims, charges, payments, adjustments and provider adjustments, read as plainly as can be."""
    text = data.decode("latin-1")
    at = text.index("ISA")
    element = text[at + 3]
    fields = text[at:].split(element, 16)
    terminator = fields[16][1]
    found: dict[str, Decimal | int] = dict.fromkeys(("claims", "charge", "paid", "adjusted", "moved"), 0)
    for segment in text[at:].split("\r\n" if terminator == "\r" else terminator):
        e = segment.strip().split(element)
        if e[0] == "CLP":
            found["claims"] += 1
            found["charge"] += Decimal(e[3])
            found["paid"] += Decimal(e[4])
        elif e[0] == "CAS":
            found["adjusted"] += sum(Decimal(one) for one in e[3::3])
        elif e[0] == "PLB":
            found["moved"] += sum(Decimal(one) for one in e[4::2])
    return found
