"""Which kinds of document exist and which template prints each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentTemplate:
    title: str
    template: str
    is_result: bool = False  # a result is public through its verification code


TEMPLATES = {
    "receipt": DocumentTemplate("收件回执", "documents/letter.html"),
    "acceptance": DocumentTemplate("受理通知书", "documents/letter.html"),
    "refusal_of_intake": DocumentTemplate("不予受理通知书", "documents/letter.html"),
    "result_granted": DocumentTemplate("节点审核结果通知书", "documents/result.html", is_result=True),
    "result_refused": DocumentTemplate("节点审核结果通知书", "documents/result.html", is_result=True),
}

RESULT_KINDS = tuple(kind for kind, template in TEMPLATES.items() if template.is_result)
