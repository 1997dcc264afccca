"""The field's terms, as closed sets."""

from typing import Annotated, Literal

from msgspec import Meta

Discipline = Literal["PT", "OT", "SLP"]
Role = Literal["PT", "PTA", "OT", "OTA", "SLP", "STUDENT", "AIDE"]
Mode = Literal["one_on_one", "group", "concurrent", "unattended"]
Telehealth = Literal["video", "audio"]
UnitsRule = Literal["cms_8_minute", "ama_midpoint"]
OtherCare = Literal["home_health", "snf_part_a", "hospice"]

Minutes = Annotated[int, Meta(ge=0, le=1440)]
Cents = Annotated[int, Meta(ge=-99_999_999_99, le=99_999_999_99)]
Amount = Annotated[int, Meta(ge=0, le=99_999_999_99)]
"""Cents of what cannot be negative, such as a deductible met."""
Count = Annotated[int, Meta(ge=0, le=9_999)]
RecordId = str | int | None
