from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from qcy.delivery.web.gates import door


@door
def sign_in(request: Any) -> HttpResponse:
    """Staff by e-mail and password; allauth checks, limits tries and runs the second factor when it is on."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("console_cases")
    if request.actor.is_staff:
        return HttpResponseRedirect(wanted)
    if request.method != "POST":
        return render(request, "console/sign_in.html", {"next": wanted})
    form = LoginForm(request.POST, request=request)
    if form.is_valid():
        return form.login(request, redirect_url=wanted)
    context = {"next": wanted, "failed": True, "typed": request.POST.get("login", "")}
    return render(request, "console/sign_in.html", context, status=422)
