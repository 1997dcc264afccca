"""A partner tells us by itself that it has something: believed when it is signed, and answered by a round soon."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rehabill.base.errors import InputError
from rehabill.office.exchange.connectors.errors import Refused
from rehabill.office.exchange.connectors.secrets import secret
from rehabill.office.exchange.connectors.webhooks import verify
from rehabill.office.exchange.jobs import sync
from rehabill.office.exchange.models import Partner
from rehabill.office.practices.models import Practice
from rehabill.office.practices.scope import working_in

_MOST_BYTES = 1 << 16


@csrf_exempt
@require_POST
def told(request: HttpRequest, practice: str, partner: str) -> HttpResponse:
    """202: a round is queued. What is not signed by the partner learns nothing, not even who our partners are: 401."""
    if int(request.headers.get("Content-Length") or 0) > _MOST_BYTES:
        return HttpResponse(status=413)
    found = Practice.objects.filter(slug=practice).first()
    if found is None:
        return HttpResponse(status=401)
    with working_in(found.id):
        row = Partner.objects.filter(name=partner).first()
    try:
        reference = row.record.by.webhook_secret if row else None
        secrets = [secret(reference, "by.webhook_secret")] if reference else []
        verify(request.headers, request.body, secrets, timezone.now())
    except (Refused, InputError):
        return HttpResponse(status=401)
    sync.enqueue(found.id)
    return HttpResponse(status=202)
