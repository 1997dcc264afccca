"""Model fields for the core's own structs."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import models


class StructField(models.TextField):  # type: ignore[type-arg]
    """A frozen struct of the core, kept as JSON text and read back as the same struct."""

    def __init__(self, kind: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations see a plain text: a change of the struct is no change of the table."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options

    def clone(self) -> "StructField":
        _, _, args, options = self.deconstruct()
        return StructField(self.kind, *args, **options)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else self._decoder.decode(value)

    def to_python(self, value: Any) -> Any:
        return self._decoder.decode(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""
