"""A matter in a file: YAML as in `seeds/catalogue`, or one xlsx book with a sheet per part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
import yaml
from python_calamine import CalamineError, CalamineWorkbook

from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .documents import Document, plain
from .fields import GROUPS, LABELS
from .models import Edition

MOST_BYTES = 5 * 1024 * 1024
ITEM, FIELDS = "事项", "清单"
HEAD = (  # row of the first sheet -> where it stands in the document
    ("事项代码", "item", "code"),
    ("事项名称", "item", "name"),
    ("类别", "item", "category"),
    ("层级", "item", "level"),
    ("周期", "item", "cycle"),
    ("别名", "item", "aliases"),
    ("版次", "edition", "version"),
    ("施行日期", "edition", "effective_from"),
    ("办理流程", "edition", "flow"),
    ("服务对象代码", "edition", "applicants"),
    ("承诺工作日", "edition", "standard_limit"),
    ("条件说明", "edition", "conditions_note"),
)
LISTS = {  # sheet -> (part of the edition, columns: heading and key)
    "条件": ("conditions", (("条件", "text"), ("依据", "law"), ("可信程度", "confidence"))),
    "材料": (
        "materials",
        (
            ("材料名称", "name"),
            ("字段", "field"),
            ("怎么准备", "how"),
            ("可信程度", "confidence"),
            ("可以不交", "optional"),
            ("可以后补", "may_follow"),
        ),
    ),
    "环节": ("steps", (("环节", "name"), ("工作日", "days"))),
    "问答": ("questions", (("问", "q"), ("答", "a"), ("可信程度", "confidence"))),
}
YES = "是"
NOT_READABLE = Refusal("file_unreadable", why="这个文件读不出来。", fix="请用 xlsx 或者 YAML 文件重试。")
TOO_LARGE = Refusal("file_too_large", why="文件超过 5 MB。", fix="事项文件里不需要图片，请删去后重试。")


def read_file(name: str, content: bytes) -> Document:
    """The matter file as a document; Refused says what to do if it is none."""
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE)
    if name.lower().endswith(".xlsx"):
        return _read_book(content)
    if not name.lower().endswith((".yaml", ".yml")):
        raise Refused(NOT_READABLE)
    return _read_yaml(content)


def _read_yaml(content: bytes) -> Document:
    try:
        read = yaml.safe_load(content.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise Refused(NOT_READABLE) from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else "文件"
        why = f"{where}不是有效的 YAML。"
        raise Refused(Refusal("not_yaml", why=why, fix="请检查缩进和冒号后的空格。")) from fault
    if not isinstance(read, Mapping):
        raise Refused(NOT_READABLE)
    document: Document = plain(read)
    return document


def _read_book(content: bytes) -> Document:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as fault:
        raise Refused(NOT_READABLE) from fault
    if ITEM not in sheets:
        why = "工作簿里没有“事项”这张表。"
        raise Refused(Refusal("sheet_missing", why=why, fix="请用导出的文件修改后再导入。"))
    document = _head(sheets[ITEM])
    edition = document["edition"]
    edition["fields"] = dict(_fields(sheets.get(FIELDS, [])))
    for sheet, (part, columns) in LISTS.items():
        edition[part] = list(_rows(sheets.get(sheet, []), columns))
    if form := _text(_cell(sheets.get("表单", []), 0, 0)):
        document["form"] = _read_yaml(form.encode())
    return document


def _head(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    given = {_text(row[0]): row[1] for row in rows if len(row) > 1}
    document: dict[str, Any] = {"item": {}, "edition": {}}
    for label, part, key in HEAD:
        if (value := given.get(label, "")) not in ("", None):
            document[part][key] = _read(key, value)
    return document


def _fields(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of 清单: name, label, value, source, confidence. An unknown name is kept for the lint to warn of."""
    for row in rows[1:]:
        name, value = _text(_at(row, 0)), _text(_at(row, 2))
        if name:
            source, confidence = _text(_at(row, 3)), _text(_at(row, 4)) or "none"
            yield name, {"value": _value(value), "source": source, "confidence": confidence}


def _rows(rows: Sequence[Sequence[Any]], columns: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for row in rows[1:]:
        values = {key: _at(row, n) for n, (_, key) in enumerate(columns)}
        if any(_text(value) for value in values.values()):
            yield {key: _read(key, v) for key, v in values.items() if _text(v) or key == "confidence"}


def _value(text: str) -> Any:
    """A field as written: a number, a limit (5 个工作日), or text."""
    if text.isdecimal():
        return int(text)
    if text.endswith("个工作日") and text[:-4].strip().isdecimal():
        return {"unit": "working_day", "value": int(text[:-4])}
    return text or None


def _number(value: Any) -> Any:
    text = _text(value)
    return int(float(text)) if text.replace(".", "", 1).isdecimal() else text


_READ: Mapping[str, Callable[[Any], Any]] = {
    "aliases": lambda v: [part for part in _text(v).replace("，", "、").split("、") if part],
    "applicants": lambda v: [part for part in _text(v).replace("，", "、").split("、") if part],
    "version": _number,
    "days": _number,
    "standard_limit": lambda v: {"unit": "working_day", "value": _number(_text(v).removesuffix("个工作日"))},
    "effective_from": lambda v: _text(v)[:10],
    "optional": lambda v: _text(v) == YES,
    "may_follow": lambda v: _text(v) == YES,
}


def _read(key: str, value: Any) -> Any:
    reader: Callable[[Any], Any] = _READ.get(key, _text)
    return reader(value)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(str(value if value is not None else "")).strip()


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else ""


def _cell(rows: Sequence[Sequence[Any]], row: int, column: int) -> Any:
    return _at(rows[row], column) if row < len(rows) else ""


# ---------------------------------------------------------------- writing
def document_of(edition: Edition) -> dict[str, Any]:
    """The matter file an edition stands for: importing it again changes nothing."""
    content = {k: v for k, v in edition.content.items() if k != "item"}
    if content["promised_limit"] == content["standard_limit"]:
        del content["promised_limit"]  # the standard says it already
    known = {
        name: field
        for name, field in content["fields"].items()
        if field["confidence"] != "none" or field["source"]
    }
    return {
        "item": dict(edition.content["item"]),
        "edition": {
            "version": edition.version,
            "effective_from": edition.effective_from.isoformat(),
            **content,
            "fields": known,
        },
        "form": edition.form.definition,
    }  # fmt: skip


def as_yaml(document: Document) -> bytes:
    text: str = yaml.safe_dump(plain(document), allow_unicode=True, sort_keys=False, width=110)
    return text.encode()


def as_book(document: Document) -> bytes:
    """The same as xlsx, for people who keep their lists in Excel. Text cells only: nothing is evaluated."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    _write(book, ITEM, [[label, _said(document[part].get(key, ""))] for label, part, key in HEAD])
    _write(
        book,
        FIELDS,
        [["字段", "名称", "内容", "来源", "可信程度"], *_field_rows(document["edition"]["fields"])],
    )
    for sheet, (part, columns) in LISTS.items():
        rows = [[_said(row.get(key, "")) for _, key in columns] for row in document["edition"].get(part, [])]
        _write(book, sheet, [[heading for heading, _ in columns], *rows])
    _write(book, "表单", [[as_yaml(document["form"]).decode()]])
    book.close()
    return out.getvalue()


def _field_rows(fields: Mapping[str, Any]) -> Iterator[list[str]]:
    for _, group in GROUPS:
        for name, _label in group:
            field = fields.get(name) or {}
            yield [
                name,
                LABELS[name],
                _said(field.get("value")),
                field.get("source", ""),
                field.get("confidence", "none"),
            ]


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['value']} 个工作日" if value.get("unit") == "working_day" else str(value)
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return "" if value is None else str(value)


def _write(book: Any, name: str, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    sheet.set_column(0, 4, 28)
