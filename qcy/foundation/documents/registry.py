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
    "correction_notice": DocumentTemplate("一次性补正告知书", "documents/letter.html"),
    "correction_receipt": DocumentTemplate("补正材料收件回执", "documents/letter.html"),
    "supplement_notice": DocumentTemplate("补充材料通知书", "documents/letter.html"),
    "follow_up_promise": DocumentTemplate("容缺受理承诺书", "documents/letter.html"),
    "suspension_notice": DocumentTemplate("特别程序告知书", "documents/letter.html"),
    "extension_notice": DocumentTemplate("延长办理期限告知书", "documents/letter.html"),
    "lapse_notice": DocumentTemplate("逾期未补正结束通知书", "documents/letter.html"),
    "termination_notice": DocumentTemplate("终止办理通知书", "documents/letter.html"),
    "revocation_notice": DocumentTemplate("撤销结果通知书", "documents/letter.html"),
    "result_answered": DocumentTemplate("办理答复书", "documents/letter.html", is_result=True),
    "result_referred": DocumentTemplate("转办告知书", "documents/letter.html", is_result=True),
    "result_granted": DocumentTemplate("节点审核结果通知书", "documents/result.html", is_result=True),
    "result_refused": DocumentTemplate("节点审核结果通知书", "documents/result.html", is_result=True),
}

RESULT_KINDS = tuple(kind for kind, template in TEMPLATES.items() if template.is_result)
