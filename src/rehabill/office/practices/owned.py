"""Rows that belong to a practice."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from rehabill.office.practices.scope import NoPractice, practice_id

M = TypeVar("M", bound=models.Model)


class OwnedManager(models.Manager[M]):
    """The rows of the practice one works in, and no others."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(practice_id=practice_id())


class OwnerField(models.ForeignKey[Any, Any]):
    """The practice a row belongs to: only ever written as the one that is worked in. Raises `NoPractice`."""

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations see a plain foreign key."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value != practice_id():
            raise NoPractice("a row is written for another practice than the one that is worked in")
        return super().get_db_prep_save(value, connection)


class Owned(models.Model):
    """A row of one practice: it is made for the practice one works in, and seen only there."""

    practice = OwnerField(
        "practices.Practice", models.PROTECT, default=practice_id, editable=False, db_index=False, related_name="+"
    )

    objects: OwnedManager[Any] = OwnedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"


def owned_models() -> list[type[Owned]]:
    """Every table whose rows belong to a practice."""
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, Owned)]
