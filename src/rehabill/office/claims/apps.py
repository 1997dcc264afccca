from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "rehabill.office.claims"
    label = "claims"
