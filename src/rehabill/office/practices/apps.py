from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "rehabill.office.practices"
    label = "practices"
