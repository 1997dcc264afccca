"""The back office: a Django project that keeps a practice's people, claims and books, on top of the pure core."""
