from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "rehabill.office.accounts"
    label = "accounts"
