from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "rehabill.office.people"
    label = "people"
