from django.apps import AppConfig


class WorklistsConfig(AppConfig):
    name = "rehabill.office.worklists"
    label = "worklists"
