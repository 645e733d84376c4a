"""Kinds of messages: what each is for, by which channels it also goes, and whether one may do without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .models import Channel


@dataclass(frozen=True)
class Kind:
    label: str
    about: str
    channels: tuple[Channel, ...]
    legal: bool = False  # a letter one has a right to: cannot be opted out of
    staff: bool = False


BOTH = (Channel.EMAIL, Channel.SMS)
KINDS: Mapping[str, Kind] = {
    "letter": Kind("法定文书", "受理、补正、延期、特别程序、结果等通知书", BOTH, legal=True),
    "deadline": Kind("期限提醒", "补正、补材料快到期时", BOTH),
    "progress": Kind("办理进度", "收到申请、收到补正、恢复计时", (Channel.EMAIL,)),
    "remark": Kind("留言", "经办人在办件里给您留言", (Channel.EMAIL,)),
    "voice": Kind("反映的答复", "您写的投诉与建议有了答复", (Channel.EMAIL,)),
    "draft": Kind("草稿提醒", "有草稿没提交、受理期快结束时", BOTH),
    "title": Kind("称号到期提醒", "高新技术企业等称号快到期时", BOTH),
    "work": Kind("工作提醒", "临近到期、到期、超期，企业补正和留言", (Channel.EMAIL,), staff=True),
}
