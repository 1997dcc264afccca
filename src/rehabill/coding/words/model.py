"""The lexicon's shape: what an entry may say, as frozen structs shared by the compiler and the reader."""

import datetime

import msgspec


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One row of a decision list: the first row whose conditions hold gives the codes."""

    codes: tuple[str, ...] = ()
    why: str = ""
    ask: str | None = None
    needs: tuple[str, ...] = ()  # flags that must all be set
    unless: tuple[str, ...] = ()  # flags of which none may be set
    since: datetime.date | None = None
    until: datetime.date | None = None
    payer: str | None = None
    discipline: str | None = None
    together: bool = False
    confidence: float = 0.92
    weight: int | None = None


class Purposeful(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of movement whose code follows its purpose; `default` is the field's settled reading, if any."""

    by: dict[str, str]
    default: str | None = None
    also: tuple[str, ...] = ()
    ask: str | None = None
    cues: bool = False  # whether what the therapist cues for counts as a purpose
    confidence: float = 0.9


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    words: str
    code: str
    distant: bool = False  # a goal of daily life, which yields to an immediate purpose named beside it
    goal_only: bool = False  # counts only behind a word such as for or to: a chair may be mere furniture
    faint: bool = False  # counts only where no other purpose is named


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: str
    role: str
    phrases: tuple[str, ...]
    kind: str | None = None  # the name of a Purposeful
    choose: tuple[Choice, ...] = ()
    purposes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    status: str | None = None
    scope: str | None = None
    label: str | None = None
    alone: bool = False  # a purpose word that is an activity when nothing else stands beside it
    weight: int = 2
    absorbs: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()  # kinds a void leaves alone
    reach: str = "sentence"
    why: str = ""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    since: datetime.date | None = None
    until: datetime.date | None = None
    now: tuple[str, ...] = ()  # what replaced it


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number read from the text or the arguments that sets a flag when it lies between two bounds."""

    flag: str
    measure: str
    low: float
    high: float


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    codes: dict[str, Window]
    names: dict[str, tuple[Choice, ...]]
    purposes: dict[str, Purpose]
    kinds: dict[str, Purposeful]
    bands: tuple[Band, ...]
    group_exempt: tuple[str, ...]  # codes that treating two at once does not turn into group therapy
    supervised: tuple[str, ...]  # codes that need nobody in constant attendance
    rewrites: tuple[tuple[str, str, str], ...]
    shorthand: dict[str, str]
    leave_alone: tuple[str, ...]
    whole_words: tuple[str, ...]
    goal_words: tuple[str, ...]  # words behind which an aim stands
    goal_verbs: tuple[str, ...]  # verbs that make a "to" before them an aim and not a place
    abbreviated: tuple[str, ...]  # a full stop behind them ends no sentence
    observed_words: tuple[str, ...]  # behind a purpose they make it a finding: balance is improving
    deficit_words: tuple[str, ...]  # beside an activity they make it a finding: trunk rotation limited
    service_words: tuple[str, ...]  # in a part nothing else of which was read they announce a service
    ordinary: tuple[str, ...]  # English that is never a slip of the pen for the lexicon's words
    passed_over: tuple[str, ...]  # words that never decide a code
    entries: tuple[Entry, ...]


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What searching a note needs, worked out when the lexicon is compiled. Entries are given by their number."""

    phrases: dict[str, int] = {}
    lengths: dict[str, tuple[int, ...]] = {}  # of the phrases that begin with a token, longest first
    gaps: dict[str, list[tuple[list[str], list[str], int]]] = {}
    shorthand: dict[str, tuple[str, ...]] = {}
    known: frozenset[str] = frozenset()  # tokens of the lexicon's own words
    plain: frozenset[str] = frozenset()  # tokens of ordinary words
    mendable: dict[str, list[str]] = {}  # by first letter and length: words whose misspelling is mended


class Shipped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lexicon: Lexicon
    index: Index


ROLES = frozenset({"activity", "context", "status", "none", "neutral", "label"})
STATUSES = frozenset({"not_before", "not_around", "not_after", "plan", "next", "past", "report", "resume", "did"})
SCOPES = frozenset({"all", "segment", "part"})


def in_force(window: Window, on: datetime.date) -> bool:
    """Both ends count: a code with an end date may be billed on that day."""
    return (window.since is None or window.since <= on) and (window.until is None or on <= window.until)
