from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "rehabill.office.exchange"
    label = "exchange"
