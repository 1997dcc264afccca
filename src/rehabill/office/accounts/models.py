"""Users and the practices they work for."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from rehabill.office.practices.models import Practice

ROLES = {"owner": "owner", "biller": "biller", "therapist": "therapist", "front_desk": "front desk", "reader": "reader"}


class User(AbstractUser):
    """Somebody who signs in; what one may do depends on the practice."""


class Membership(models.Model):
    """One user's part in one practice."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    practice = models.ForeignKey(Practice, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=ROLES)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "practice"], name="membership_once"),)
