"""Hypothesis answers the same on every run and is not timed: a slow machine must not make a test fail."""

from hypothesis import settings

settings.register_profile("rehabill", derandomize=True, deadline=None)
settings.load_profile("rehabill")
