"""Words to codes, minutes to units, helpers to modifiers, each decision with its step."""
