"""The record of what was done: who, when, what, and whether it still holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import manager, writes
from qcy.engines.casework.models import Case, CaseEvent
from qcy.foundation.audit.models import AccessLog, AuditEvent, DailyRoot
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.audit.roots import public_key, verify_roots
from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.models import Mandate, Organisation

PER_PAGE = 30
SHOWN = {"facts": "企业档案", "contact_name": "联系人姓名", "contact_phone": "联系人电话"}
AUDIT_WORDS = {
    "messages.chosen": "设置消息提醒",
    "person.joined": "开通账号",
    "person.contact_changed": "更换手机号或邮箱",
    "person.closed": "注销账号",
    "member.invited": "邀请成员",
    "member.joined": "成员加入",
    "member.ended": "停用成员",
    "duty.uphold": "差评申诉成立",
    "duty.turn_down": "差评申诉不成立",
    "duty.withdrawn": "企业改评，差评结束",
    "case.erased": "按保存期限删除",
    "edition.loaded": "载入事项版本",
    "complaint.read": "查看投诉与建议",
    "membership.verified": "核验企业身份",
    "membership.verified_at_window": "窗口核验企业身份",
    "membership.claimed": "登记企业",
    "case.rated": "企业评价",
    "case.rating_changed": "企业改评",
    "case.noted": "写内部便签",
    "defects.drafted": "起草补正通知",
    "personal.unmasked": "查看个人信息",
    "mandate.ended": "结束岗位",
    "absence.recorded": "登记请假",
    "calendar.loaded": "启用日历",
    "complaint.received": "收到投诉与建议",
    "duty.opened": "差评整改开始",
    "duty.call_back": "差评回访",
    "duty.rectify": "差评已整改",
    "duty.explain": "差评说明",
    "duty.appeal": "差评申诉",
    "outbox.sent_again": "重新发送",
    "file.uploaded": "上传材料",
    "draft.started_at_window": "窗口开始填报",
    "adoption.published": "发布事项",
    "node.loaded": "载入节点",
    "node.switched_off": "停用节点",
    "node.switched_on": "恢复节点",
    "import.confirmed": "确认导入数据",
    "import.cancelled": "放弃导入数据",
    "register.opened": "查看企业档案",
    "register.merged": "合并企业",
    "register.unmerged": "撤销合并企业",
    "fact.recorded": "登记企业数据",
    "title.granted": "登记称号",
    "title.cancelled": "取消称号",
}
KINDS = (("cases", "办件"), ("system", "系统"), ("access", "查看个人信息"))


@manager
def browser(request: Any) -> HttpResponse:
    """Filters stand in the address; rows are those of the nodes this person leads."""
    kind = request.GET.get("kind", "cases")
    kind = kind if kind in dict(KINDS) else "cases"
    query = " ".join(request.GET.get("q", "").split())[:60]
    page = Paginator(_rows(request, kind, query), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "kinds": [(k, label, f"{reverse('audit')}?kind={k}", k == kind) for k, label in KINDS],
        "query": query,
        "page": page,
        "rows": _told(request, kind, list(page.object_list)),
        "path": request.get_full_path(),
        "root": DailyRoot.objects.order_by("-day").first(),
        "public_key": public_key(),
        **shell(request),
    }
    return render(request, "console/audit/audit.html", context)


def _rows(request: Any, kind: str, query: str) -> Any:
    if kind == "access":
        return AccessLog.objects.visible_to(request.actor).order_by("-at", "-id")
    if kind == "system":
        events = AuditEvent.objects.visible_to(request.actor).order_by("-at", "-id")
        wanted = [code for code, words in AUDIT_WORDS.items() if query in words]
        return events.filter(type__in=wanted) if query else events
    events = CaseEvent.objects.visible_to(request.actor).select_related("case").order_by("-at", "-id")
    return events.filter(case__number__icontains=query) if query else events


def _told(request: Any, kind: str, rows: list[Any]) -> list[dict[str, Any]]:
    desks = dict(Mandate.objects.visible_to(request.actor).values_list("person_id", "desk_name"))
    if kind == "access":
        subjects = [r.subject_id for r in rows]
        numbers = {c.pk: c.number for c in Case.objects.visible_to(request.actor).filter(pk__in=subjects)}
        numbers |= {o.pk: o.code for o in Organisation.objects.filter(pk__in=subjects)}
        return [
            {
                "at": r.at,
                "who": desks.get(r.person_id, ""),
                "what": _("查看{field}").format(field=SHOWN.get(r.what, r.what)),
                "about": numbers.get(r.subject_id, ""),
                "more": r.reason,
            }
            for r in rows
        ]
    return [
        {
            "at": r.at,
            "who": desks.get(r.actor_id) or (_("系统") if r.actor_id is None else _("企业用户")),
            "what": _(str(r.kind.label) if kind == "cases" else AUDIT_WORDS.get(r.type, r.type)),
            "about": r.case.number if kind == "cases" else r.stream.partition(":")[0],
            "more": f"#{r.seq} · {r.hash[:12]}",
        }
        for r in rows
    ]


@manager
@writes(back="../")
def verify(request: Any) -> HttpResponse:
    """Recomputes every chain of the installation and checks the signed roots; only counts are shown."""
    with purpose("audit"):
        result = verify_chains()
        broken = result.broken or verify_roots()
    if broken:
        messages.error(request, _("记录不一致，第一个断开的事件：{broken}").format(broken=broken))
    else:
        words = _("核对了 {streams} 条链、{events} 个事件，全部一致。")
        messages.success(request, words.format(streams=result.streams, events=result.events))
    return HttpResponseRedirect(reverse("audit"))
