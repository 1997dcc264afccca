"""Rows that belong to a practice."""

from typing import Any, TypeVar

from django.db import models

from rehabill.office.practices.scope import practice_id

M = TypeVar("M", bound=models.Model)


class OwnedManager(models.Manager[M]):
    """The rows of the practice one works in, and no others."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(practice_id=practice_id())


class Owned(models.Model):
    """A row of one practice: it is made for the practice one works in, and seen only there."""

    practice = models.ForeignKey(
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
