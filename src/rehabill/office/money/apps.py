from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "rehabill.office.money"
    label = "money"
