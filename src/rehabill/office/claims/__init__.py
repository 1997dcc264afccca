"""Claims, their versions, lines and events."""
