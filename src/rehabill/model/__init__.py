"""Frozen structs of the business: visit, claim, remittance. Data only, no behaviour."""
