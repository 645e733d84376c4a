from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse

from qcy.foundation.database.scope import Scope, scope
from qcy.foundation.parties.actor import VISITOR, Actor, actor_for
from qcy.foundation.parties.models import Person
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refused

from .clock import current_moment
from .errors import maintenance, refusal_page

MAINTENANCE, HEALTH = "maintenance.txt", "/health/"
GetResponse = Callable[[HttpRequest], HttpResponse]


class MaintenanceMiddleware:
    """While the file `var/maintenance.txt` is there, everybody reads what stands in it. No database is asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        notice = settings.QCY_VAR / MAINTENANCE
        if notice.exists() and request.path != HEALTH:
            return maintenance(notice.read_text("utf-8", errors="replace").strip()[:200])
        return self.get_response(request)


class ActorMiddleware:
    """Who acts, in which scope, at which moment: set once, for everything a request does."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.now = current_moment()
        request.today = local_day(request.now)
        person_id = _signed_in_person(request)
        if person_id is None:
            return self._answer(request, AnonymousUser(), VISITOR)
        with scope(Scope(person=person_id)):
            user = get_user(request)
            actor = actor_for(user, request.today) if isinstance(user, Person) and user.is_active else VISITOR
            return self._answer(request, user, _chosen_firm_first(actor, request.session.get("firm")))

    def _answer(self, request: Any, user: Any, actor: Any) -> HttpResponse:
        request.user, request.actor = user, actor
        with scope(actor.scope):
            response = self.get_response(request)
            if response.status_code >= 500 and connection.in_atomic_block:
                transaction.set_rollback(True)  # on PostgreSQL a failed request leaves nothing behind
        return response


def _signed_in_person(request: HttpRequest) -> UUID | None:
    stored = request.session.get(SESSION_KEY)
    return UUID(stored) if stored else None


def _chosen_firm_first(actor: Actor, wanted: str | None) -> Actor:
    """The firm somebody switched to leads wherever one firm has to be taken."""
    if not wanted:
        return actor
    order = sorted(actor.memberships, key=lambda m: str(m.organisation_id) != wanted)
    return replace(actor, memberships=tuple(order))


class GateMiddleware:
    """Every view is closed unless it names its gate; a refusal becomes a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if getattr(view, "gate", None) is None:
            raise Http404(f"{view!r} names no gate")

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, Refused):
            return refusal_page(request, fault.refusal)
        if isinstance(fault, ObjectDoesNotExist):
            raise Http404  # not visible and not there are the same answer (T6)
        return None
