"""What stands behind a visit: policies, authorisations, plans of care, progress reports."""
