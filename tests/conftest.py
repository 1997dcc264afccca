"""The same answer on every run and machine: Hypothesis is not random and not timed, and screens are as wide."""

import os

from hypothesis import settings

os.environ["COLUMNS"] = "100"  # before any table is drawn
settings.register_profile("rehabill", derandomize=True, deadline=None)
settings.load_profile("rehabill")
