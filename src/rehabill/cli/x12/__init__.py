"""The verbs of `rehabill x12`, one module each."""
