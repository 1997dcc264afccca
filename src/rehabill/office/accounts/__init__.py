"""Who may sign in, and what for which practice."""
