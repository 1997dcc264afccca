"""The almanac's values that the check of a file of claims goes by."""

import datetime as dt
from typing import NamedTuple

from rehabill.almanac.edition import Almanac


class FileLaw(NamedTuple):
    icd10_from: dt.date
    """The first day of service whose diagnoses are ICD-10-CM."""
    mbi_only_from: dt.date
    """The first day on which Medicare takes no other number of a member."""
    claims_per_set: int


def file_law(almanac: Almanac) -> FileLaw:
    """None of these has changed since the guide came, so each has one row."""
    values = almanac.data.parameters
    return FileLaw(
        values["hipaa.icd10cm"].values[0].first,
        values["medicare.member_id.mbi_only"].values[0].first,
        int(values["x12.claims_per_set"].values[0].value),
    )
