from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class GuardsConfig(AppConfig):
    name = "rehabill.office.guards"
    label = "guards"

    def ready(self) -> None:
        # Django tells it of each app with tables; that of the last one comes when all tables are there.
        post_migrate.connect(_install, sender=apps.get_app_config("worklists"))
        connection_created.connect(_connected)


def _install(**_: Any) -> None:
    """After every migration: Django's rebuild of a table on SQLite drops its triggers in silence."""
    from rehabill.office.guards.install import install

    install()


def _connected(connection: Any, **_: Any) -> None:
    from rehabill.office.guards.role import take_role
    from rehabill.office.practices.scope import tell_database

    take_role(connection)
    tell_database()
