"""The office's addresses."""

from django.urls import path

from rehabill.office.exchange.webhook import told

urlpatterns = [path("webhooks/<slug:practice>/<slug:partner>", told, name="webhook")]
