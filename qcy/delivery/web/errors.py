"""Pages for when something cannot be done: each says why, what is safe and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.kernel.refusals import Refusal

from .sentences import sentence

STATUS_OF = {
    "stale": 409,
    "conflict": 409,
    "another_tab": 409,
    "last_owner": 409,
    "open_cases": 409,
    "not_answerable": 409,
    "not_now": 409,
    "already_answered": 409,
    "import_moved": 409,
    "undone": 409,
    "later_merge": 409,
    "merged_already": 409,
    "already_corrected": 409,
    "already_off": 409,
    "already_on": 409,
    "node_off": 409,
    "record_closed": 403,
    "same_key_other_content": 422,
    "file_too_large": 413,
    "invitation_gone": 404,  # also when it is somebody else's: told alike (T6)
    "same_person": 403,
    "needs_clerk": 403,
    "needs_decider": 403,
    "needs_applicant": 403,
    "not_your_role": 403,
    "own_claim": 403,
    "not_yours": 403,
    "owners_only": 403,
    "staff_account": 403,
    "preparer": 403,
    "own_mandate": 403,
    "needs_manager": 403,
    "not_your_matter": 403,
    "draft_changed": 409,
    "needs_desk": 403,
    "may_not_assign": 403,
}

# Surfaces stand above this package: one whose error pages wear its own shell adds itself here when it is ready.
Shell = Callable[[HttpRequest], tuple[str, dict[str, Any]] | None]
SHELLS: list[Shell] = []


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = STATUS_OF.get(refusal.code, 422)
    why, fix = sentence(refusal.why), sentence(refusal.fix)
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "why": why, "fix": fix}, status=status)
    return error_page(request, status, why, fix)


def error_page(request: HttpRequest, status: int, why: str, fix: str) -> HttpResponse:
    worn = next(filter(None, (shell(request) for shell in SHELLS)), ("web/error.html", {}))
    template, context = worn
    return render(request, template, {**context, "why": why, "fix": fix, "status": status}, status=status)


def signed_out(request: HttpRequest, sign_in_url: str) -> HttpResponse:
    """A page asks to sign in; a background save is told so, and keeps its values in the browser."""
    if wants_json(request):
        answer = {
            "code": "signed_out",
            "why": _("登录已过期。"),
            "fix": _("请重新登录，填写的内容已保存在本机。"),
        }
        return JsonResponse({**answer, "sign_in_url": sign_in_url}, status=401)
    return HttpResponseRedirect(sign_in_url)


def forbidden(request: HttpRequest) -> HttpResponse:
    return error_page(request, 403, _("这里是工作人员的工作台。"), _("办事请到首页或“我的办件”。"))


def not_in_charge(request: HttpRequest) -> HttpResponse:
    return error_page(request, 403, _("这一页不归您的岗位使用。"), _("需要时请告诉本节点的负责人。"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    why, fix = _("页面打开太久，安全校验已过期。"), _("您填的内容没有丢失，请返回上一页刷新后再提交。")
    if wants_json(request):
        return JsonResponse({"code": "csrf", "why": why, "fix": fix}, status=403)
    personal = request.path.startswith(("/me/", "/console/"))
    if personal and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        back = urlsplit(request.META.get("HTTP_REFERER", "")).path or "/me/cases/"
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': back})}")
    return error_page(request, 403, why, fix)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return error_page(request, 404, _("没有找到这个页面。"), _("可能是地址不完整，或者您没有查看它的权限。"))


def maintenance(words: str) -> HttpResponse:
    """Says until when, if the operator has written it; a browser or a robot may come back by itself."""
    page = render_to_string("web/maintenance.html", {"words": words})
    return HttpResponse(page, status=503, headers={"Retry-After": "600", "Cache-Control": "no-store"})


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the database and without the shell: both may be what failed."""
    return HttpResponse(render_to_string("web/server_error.html"), status=500)
