"""Remittances posted: each file in one transaction, each claim's part of a payment once."""
