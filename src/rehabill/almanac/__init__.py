"""The dated law: parameters, tables and payer profiles, compiled into one Edition per payer and interval."""
