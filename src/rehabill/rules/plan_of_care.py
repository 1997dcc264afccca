"""Whether a payer asks for a plan of care, and what was said of it."""

from rehabill.almanac.edition import Edition
from rehabill.base.finding import Severity
from rehabill.model.claim import PlanOfCare
from rehabill.rules.case import Case


def plan_severity(edition: Edition) -> Severity | None:
    """How grave a fault of the plan is for the payer; None when the payer does not ask for a plan."""
    wanted = edition.profile.plan_of_care
    return None if wanted == "off" else wanted


def plan_given(case: Case) -> PlanOfCare | None:
    plan = case.context.plan_of_care
    return plan if isinstance(plan, PlanOfCare) else None
