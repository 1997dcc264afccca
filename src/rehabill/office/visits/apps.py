from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "rehabill.office.visits"
    label = "visits"
