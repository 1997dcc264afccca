from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class GuardsConfig(AppConfig):
    name = "rehabill.office.guards"
    label = "guards"

    def ready(self) -> None:
        # Django tells it of each app with tables; that of the last one comes when all tables are there.
        pre_migrate.connect(_take_off, sender=apps.get_app_config("worklists"))
        post_migrate.connect(_install, sender=apps.get_app_config("worklists"))
        connection_created.connect(_connected)


def _take_off(plan: list[Any], **_: Any) -> None:
    """Before tables change: SQLite makes no table anew while triggers of others name it. Books whose migration was
    broken off have no guards, and are not opened until it is done.
    """
    from rehabill.office.guards.install import take_off

    if plan:
        take_off()


def _install(**_: Any) -> None:
    """After every migration: Django's rebuild of a table on SQLite drops its triggers in silence."""
    from rehabill.office.guards.install import install

    install()


def _connected(connection: Any, **_: Any) -> None:
    from rehabill.office.guards.role import take_role
    from rehabill.office.practices.scope import tell_database

    take_role(connection)
    tell_database()
