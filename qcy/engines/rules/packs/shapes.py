"""Which fields a pack may have, and what each holds. The reader follows these tables, so does the published schema."""

from __future__ import annotations

from dataclasses import dataclass

from ..feel.types import BOOLEAN, NUMBER, TEXT


@dataclass(frozen=True)
class Field:
    """`kind`: text, expression, number, date, flag, choice, list, table (a mapping with free names) or a shape's name."""

    kind: str
    required: bool = False
    says: str = ""
    options: tuple[str, ...] = ()
    of: str = ""
    gives: str = ""
    """What an expression must give (a kind of `feel.types`); nothing: any."""


PACK = {
    "policy": Field("text", True, "政策编号，例如 cn.tsme.2017"),
    "title": Field("text", True, "政策名称"),
    "title_en": Field("text", says="英文名称"),
    "document": Field("text", True, "文号"),
    "issuer": Field("text", True, "发文机关"),
    "level": Field("choice", True, "层级", ("national", "province", "city", "district")),
    "node": Field("text", says="只属于哪个节点"),
    "note": Field("text", says="给编辑看的说明"),
    "versions": Field("list", True, "各个版本", of="version"),
}

VERSION = {
    "version": Field("text", True, "版本编号"),
    "from": Field("date", True, "从哪一天起适用（申请日）"),
    "until": Field("date", says="适用到哪一天（含）"),
    "kinds": Field("list", says="new 首次申报，recheck 复核", options=("new", "recheck"), of="text"),
    "status": Field("choice", True, "状态", ("active", "review", "draft")),
    "note": Field("text", says="给编辑看的说明"),
    "define": Field("table", says="有名字的算式", of="definition"),
    "tables": Field("table", says="决策表", of="decision_table"),
    "clauses": Field("list", says="必须全部满足的条件", of="clause"),
    "routes": Field("list", says="可以代替某些条件的途径", of="route"),
    "scores": Field("list", says="评分", of="group"),
    "amounts": Field("list", says="金额，单位万元", of="amount"),
    "flags": Field("list", says="引起核查、不影响结论的情况", of="warning"),
    "category": Field("category", says="归入哪一类"),
    "tests": Field("list", says="算例", of="test"),
}

CLAUSE = {
    "id": Field("text", True, "编号"),
    "title": Field("text", True, "名称"),
    "when": Field("expression", True, "条件", gives=BOOLEAN),
    "unmet": Field("text", says="不满足时怎么办"),
    "source": Field("text", says="出处，写到条、款"),
    "grade": Field("choice", says="出处的把握", options=("T", "SS", "S", "M")),
}

ROUTE = {
    "id": Field("text", True, "编号"),
    "title": Field("text", True, "名称"),
    "replaces": Field("list", True, "代替哪几个条件", of="text"),
    "any": Field("list", True, "满足其中一项即可", of="clause"),
    "source": Field("text", says="出处"),
}

GROUP = {
    "id": Field("text", True, "编号"),
    "title": Field("text", True, "名称"),
    "highest": Field("number", says="满分"),
    "judge": Field("text", says="专家给的分放在哪个数据里"),
    "show_items": Field("flag", says="结果里逐项列出"),
    "items": Field("list", True, "各项", of="item"),
}

ITEM = {
    "id": Field("text", True, "编号"),
    "title": Field("text", True, "名称"),
    "measure": Field("expression", says="拿什么来比", gives=NUMBER),
    "bands": Field("table", says="档次：范围 → 分数，或 [低, 高]", of="points"),
    "otherwise": Field("number", says="都不在档内时的分数"),
    "better_of": Field("list", says="几种算法取高", of="ladder"),
    "formula": Field("expression", says="直接算分", gives=NUMBER),
    "awarded": Field("list", says="由专家在 [低, 高] 内给分", of="number"),
    "source": Field("text", says="出处"),
    "grade": Field("choice", says="出处的把握", options=("T", "SS", "S", "M")),
}

LADDER = {name: ITEM[name] for name in ("measure", "bands", "otherwise")}

DEFINITION = {
    "value": Field("expression", True, "算式"),
    "title": Field("text", says="在计算过程里显示的名称"),
}

AMOUNT = {
    "id": Field("text", True, "编号"),
    "title": Field("text", True, "名称"),
    "value": Field("expression", True, "算式，单位万元", gives=NUMBER),
    "lines": Field("list", says="计算过程里要列出的算式", of="text"),
    "always": Field("flag", says="不符合条件时也计算（例如应纳税额）"),
    "source": Field("text", says="出处"),
    "grade": Field("choice", says="出处的把握", options=("T", "SS", "S", "M")),
}

FLAG = {"id": CLAUSE["id"], "title": CLAUSE["title"], "when": CLAUSE["when"]}

CATEGORY = {
    "value": Field("expression", True, "归类的算式", gives=TEXT),
    "order": Field("list", True, "各类，从大到小", of="text"),
}

DECISION_TABLE = {
    "hit": Field("choice", True, "命中策略", ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")),
    "inputs": Field("list", True, "各列拿什么来比", of="expression"),
    "rows": Field("list", True, "每行：各列的条件，最后是结果", of="row"),
    "otherwise": Field("expression", says="没有一行符合时的结果"),
    "priority": Field("list", says="结果的先后（P、O 用）", of="text"),
}

TEST = {
    "name": Field("text", True, "名称"),
    "on": Field("date", True, "申请日"),
    "kind": Field("choice", says="new 或 recheck", options=("new", "recheck")),
    "facts": Field("table", True, "数据", of="any"),
    "expect": Field("table", True, "应得的结果", of="any"),
}

SHAPES = {
    "pack": PACK,
    "version": VERSION,
    "clause": CLAUSE,
    "route": ROUTE,
    "group": GROUP,
    "item": ITEM,
    "ladder": LADDER,
    "definition": DEFINITION,
    "amount": AMOUNT,
    "warning": FLAG,
    "category": CATEGORY,
    "decision_table": DECISION_TABLE,
    "test": TEST,
}


def json_schema() -> dict[str, object]:
    """The published schema of a pack (JSON Schema 2020-12), made from the same tables the reader uses."""
    definitions = {name: _shape(shape) for name, shape in SHAPES.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions["pack"],
        "$defs": definitions,
    }


def _shape(shape: dict[str, Field]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, field in shape.items() if field.required],
        "properties": {name: {"description": field.says, **_field(field)} for name, field in shape.items()},
    }


def _field(field: Field) -> dict[str, object]:
    if field.kind == "list":
        return {"type": "array", "items": _of(field)}
    if field.kind == "table":
        return {"type": "object", "additionalProperties": _of(field)}
    return _kind(field.kind, field.options)


def _of(field: Field) -> dict[str, object]:
    if field.of == "definition":
        return {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/definition"}]}
    return _kind(field.of, field.options)


def _kind(kind: str, options: tuple[str, ...]) -> dict[str, object]:
    if kind in SHAPES:
        return {"$ref": f"#/$defs/{kind}"}
    return _KINDS[kind] | ({"enum": list(options)} if options else {})


_NUMBER: dict[str, object] = {"type": ["number", "string"]}
_KINDS: dict[str, dict[str, object]] = {
    "text": {"type": "string"},
    "expression": {"type": ["string", "number", "boolean"], "description": "FEEL"},
    "choice": {"type": "string"},
    "number": _NUMBER,
    "date": {"type": "string", "format": "date"},
    "flag": {"type": "boolean"},
    "points": {"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}]},
    "row": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
    "any": {},
}
