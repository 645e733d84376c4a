"""Who may come in: each view names its gate, and the gate is checked before the view runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.access import leads_hub

from .errors import forbidden, not_in_charge, signed_out

View = Callable[..., HttpResponse]


def _gated(name: str, wrapper: View, view: View) -> View:
    wrapped = wraps(view)(wrapper)
    wrapped.gate = name  # type: ignore[attr-defined]
    return wrapped


def public(view: View) -> View:
    """Everybody, without an account."""

    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return _gated("public", run, view)


def door(view: View) -> View:
    """The sign-in pages: they look for a person before anybody is signed in."""

    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with purpose("sign_in"):
            response = view(request, *args, **kwargs)
            # render inside: a lazy template may still ask for the person
            return response.render() if hasattr(response, "render") and not response.is_rendered else response

    return _gated("door", run, view)


def signed_in(view: View) -> View:
    """Any person with an account, for what belongs to them."""

    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.person_id is None:
            return signed_out(request, _sign_in_url(request, "account_login"))
        return view(request, *args, **kwargs)

    return _gated("signed_in", run, view)


def staff(view: View) -> View:
    """Whoever holds a mandate at some node; what they may do there is decided by the service."""

    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.person_id is None:
            address = _sign_in_url(request, "console_sign_in")
            # a part of a page cannot become the sign-in page: the whole window goes there
            return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
        if not request.actor.is_staff:
            return forbidden(request)
        return view(request, *args, **kwargs)

    return _gated("staff", run, view)


def manager(view: View) -> View:
    """Whoever leads a node: desks, absences, the record of what was done."""
    return _gated("manager", staff(_only(view, lambda actor: bool(actor.managed_nodes))), view)


def operator(view: View) -> View:
    """Whoever leads the hub: what concerns every node at once (calendar, undelivered messages)."""
    return _gated("operator", staff(_only(view, leads_hub)), view)


def _only(view: View, may: Callable[[Any], bool]) -> View:
    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if may(request.actor) else not_in_charge(request)

    return run


def writes(*, back: str) -> Callable[[View], View]:
    """Changes something, so POST only: a link or a prefetch never does. A GET is led `back`."""

    def decorate(view: View) -> View:
        def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return HttpResponseRedirect(urljoin(request.path, back))

        return wraps(view)(run)

    return decorate


def _sign_in_url(request: Any, name: str) -> str:
    back = (
        request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/me/cases/")
    )
    return f"{reverse(name)}?{urlencode({'next': _path_of(back)})}"


def _path_of(address: str) -> str:
    """Only the path: where to come back to may never be another host."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
