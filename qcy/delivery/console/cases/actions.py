"""The buttons of the drawer as a table: which service, what is asked with it, what is said when done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from qcy.engines.casework import services
from qcy.engines.casework.models import Case
from qcy.engines.casework.queries import Action


@dataclass(frozen=True)
class Act:
    """`text` is how the service calls the typed reason; without it the button asks nothing and acts at once."""

    service: Callable[..., Case]
    label: str
    done: str
    text: str = ""
    ask: str = ""
    hint: str = ""
    confirm: str = ""
    extra: str = ""  # procedure, days
    needs: bool = True  # the reason must be written
    after: bool = False  # stands apart: something one rarely does

    @property
    def asks(self) -> bool:
        return bool(self.text)


ACTS: Mapping[str, Act] = {
    "accept": Act(services.accept_case, gettext_noop("受理"), gettext_noop("已受理，受理通知书已发出。")),
    "refuse_intake": Act(
        services.refuse_intake,
        gettext_noop("不予受理…"),
        gettext_noop("已作不予受理，通知书已发出。"),
        "reason",
        gettext_noop("不予受理的理由"),
        gettext_noop("写清缺什么、不符合哪一条、可以怎么办。会原样写进通知书。"),
        gettext_noop("确认不予受理"),
    ),
    "grant": Act(
        services.grant_case, gettext_noop("审定通过"), gettext_noop("已审定通过，结果通知书正在生成。")
    ),
    "refuse": Act(
        services.refuse_case,
        gettext_noop("审定不通过…"),
        gettext_noop("已审定不通过，结果通知书正在生成。"),
        "reason",
        gettext_noop("不通过的理由"),
        gettext_noop("写清不符合办法的哪一条和依据的数字。会原样写进通知书。"),
        gettext_noop("确认不通过"),
    ),
    "answer": Act(
        services.answer_case,
        gettext_noop("答复并办结…"),
        gettext_noop("已答复，答复书正在生成。"),
        "reason",
        gettext_noop("办理情况和答复"),
        gettext_noop("写清办了什么、结果是什么、企业下一步怎么做。会原样写进答复书。"),
        gettext_noop("确认答复"),
    ),
    "refer": Act(
        services.refer_case,
        gettext_noop("转办…"),
        gettext_noop("已转办，告知书正在生成。"),
        "reason",
        gettext_noop("转给谁，企业怎么接着办"),
        gettext_noop("写清主管单位、办理入口和企业要做的事。会原样写进告知书。"),
        gettext_noop("确认转办"),
    ),
    "resume": Act(
        services.resume_case, gettext_noop("恢复计时"), gettext_noop("已恢复计时，从次日起接着算。")
    ),
    "suspend": Act(
        services.suspend_case,
        gettext_noop("进入特别程序…"),
        gettext_noop("计时已暂停，特别程序告知书已发出。"),
        "reason",
        gettext_noop("为什么需要，大约多久"),
        gettext_noop("特别程序的时间不计入时限，但要书面告知企业。会原样写进告知书。"),
        gettext_noop("暂停计时并告知企业"),
        extra="procedure",
    ),
    "extend": Act(
        services.extend_case,
        gettext_noop("延长期限…"),
        gettext_noop("已延期，告知书已发出。"),
        "reason",
        gettext_noop("延期的理由"),
        gettext_noop("只能延期一次，并且要在到期前决定。理由会原样写进告知书。"),
        gettext_noop("批准延期"),
        extra="days",
        after=True,
    ),
    "terminate": Act(
        services.terminate_case,
        gettext_noop("终止办理…"),
        gettext_noop("已终止办理，通知书已发出。"),
        "reason",
        gettext_noop("终止办理的理由"),
        gettext_noop("例如企业已注销、事项已取消。会原样写进通知书。"),
        gettext_noop("确认终止"),
        after=True,
    ),
    "reopen": Act(
        services.reopen_case,
        gettext_noop("重新办理…"),
        gettext_noop("办件已重新打开，已关闭的日子不计入时限。"),
        "reason",
        gettext_noop("重新办理的理由"),
        gettext_noop("原结果不再有效，核验页会显示“已被替代”。"),
        gettext_noop("确认重新办理"),
        after=True,
    ),
    "revoke": Act(
        services.revoke_result,
        gettext_noop("撤销结果…"),
        gettext_noop("结果已撤销，核验页已更新，通知书已发出。"),
        "reason",
        gettext_noop("撤销的理由和依据"),
        gettext_noop("撤销后不能恢复，核验页会显示“已撤销”。理由会原样写进通知书。"),
        gettext_noop("确认撤销结果"),
        after=True,
    ),
}
SAME_BUTTON = {"reopen_intake": "reopen"}  # one button, two moves of the table


@dataclass(frozen=True)
class Button:
    name: str
    act: Act
    url: str
    why_not: str
    reason: str  # what was typed before a refusal
    days: str
    procedure: str
    open: bool

    @property
    def label(self) -> str:
        return _(self.act.label)


def offered(
    actions: Mapping[str, Action], case: Case, typed: Mapping[str, str], opened: str
) -> dict[str, Any]:
    """Buttons in three groups: act at once, act with words, seldom done."""
    buttons = []
    for name, action in actions.items():
        slug = SAME_BUTTON.get(name, name)
        if act := ACTS.get(slug):
            buttons.append(_button(slug, act, action, case, typed, opened))
    return {
        "plain_buttons": [b for b in buttons if not b.act.asks],
        "word_buttons": [b for b in buttons if b.act.asks and not b.act.after and not b.why_not],
        "rare_buttons": [b for b in buttons if b.act.after and not b.why_not],
    }


def _button(slug: str, act: Act, action: Action, case: Case, typed: Mapping[str, str], opened: str) -> Button:
    mine = typed if opened == slug else {}
    return Button(
        name=slug,
        act=act,
        url=reverse("console_act", args=[case.pk, slug.replace("_", "-")]),
        why_not="" if action.allowed else action.why_not,
        reason=mine.get("reason", ""),
        days=mine.get("days", ""),
        procedure=mine.get("procedure", ""),
        open=opened == slug,
    )
