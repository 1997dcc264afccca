"""Patients and who pays for them, therapists with their credentials, referring providers."""
