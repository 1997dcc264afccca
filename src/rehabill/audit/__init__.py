"""Remittances and claims in bulk: X12 files straight to Arrow tables, balanced to the cent on the way.

Needs numpy and pyarrow: `pip install "rehabill[audit]"`.
"""

from rehabill.audit.claim_files import Claims, iter_claims, read_claims
from rehabill.audit.remittance_files import Remittances, iter_remittances, read_remittances

__all__ = ["Claims", "Remittances", "iter_claims", "iter_remittances", "read_claims", "read_remittances"]
