from django.apps import AppConfig


class CoverageConfig(AppConfig):
    name = "rehabill.office.coverage"
    label = "coverage"
