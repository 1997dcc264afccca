"""Django, started once, before any of the office's models is imported."""

import os

import django
from django.apps import apps


def start() -> None:
    """Load the settings and the apps; nothing happens the second time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rehabill.office.settings")
    if not apps.ready:
        django.setup()
