"""The life of a claim at its insurers: what can happen when, and what the books say of it."""
