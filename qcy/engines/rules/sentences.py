"""Sentences made from trees: what a condition says, in Chinese or English. No rule has a hand-written twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .facts import Dictionary
from .feel import tree as t
from .feel.durations import Months

MOST_DECIMALS = 6


@dataclass(frozen=True)
class Language:
    """The words of one language. `{}` are the parts, in order."""

    compare: Mapping[str, str]
    words: Mapping[str, str]
    arithmetic: Mapping[str, str]


ZH = Language(
    {
        "=": "{}为{}",
        "!=": "{}不为{}",
        "<": "{}小于 {}",
        "<=": "{}不超过 {}",
        ">": "{}大于 {}",
        ">=": "{}不低于 {}",
    },
    {
        "and": "，且",
        "or": "，或者",
        "not": "不是“{}”",
        "yes": "{}：是",
        "no": "{}：否",
        "one_of": "{}为{}之一",
        "between": "{}在 {} 到 {} 之间{}",
        "if": "如果{}，则{}，否则{}",
        "true": "是",
        "false": "否",
        "null": "没有",
        "unknown": "尚未填写",
        "comma": "、",
        "open_low": "（不含 {}）",
        "open_high": "（不含 {}）",
        "call": "{}（{}）",
        "missing_points": "{}得分",
        "total": "总分",
    },
    {"+": "{} ＋ {}", "-": "{} － {}", "*": "{} × {}", "/": "{} ÷ {}", "**": "{} 的 {} 次方"},
)

EN = Language(
    {
        "=": "{} is {}",
        "!=": "{} is not {}",
        "<": "{} below {}",
        "<=": "{} at most {}",
        ">": "{} above {}",
        ">=": "{} at least {}",
    },
    {
        "and": " and ",
        "or": " or ",
        "not": "not ({})",
        "yes": "{}: yes",
        "no": "{}: no",
        "one_of": "{} is one of {}",
        "between": "{} from {} to {}{}",
        "if": "if {} then {} else {}",
        "true": "yes",
        "false": "no",
        "null": "nothing",
        "unknown": "not known",
        "comma": ", ",
        "open_low": " (above {})",
        "open_high": " (below {})",
        "call": "{}({})",
        "missing_points": "points for {}",
        "total": "total points",
    },
    {"+": "{} + {}", "-": "{} - {}", "*": "{} × {}", "/": "{} ÷ {}", "**": "{} to the power {}"},
)

LANGUAGES = {"zh": ZH, "en": EN}

_FUNCTIONS = {
    "zh": {
        "min": "取低",
        "max": "取高",
        "sum": "合计",
        "abs": "绝对值",
        "floor": "舍去小数",
        "ceiling": "进一",
        "round": "四舍五入",
        "coalesce": "取第一个有值的",
        "working_days_between": "工作日数",
        "add_working_days": "之后的工作日",
    },
    "en": {"min": "the lower of", "max": "the higher of", "coalesce": "the first known of"},
}

_APPLICATION = {
    "zh": {
        "application_date": "申请日",
        "application": "申报方式",
        "fiscal_year": "上一会计年度",
        "new": "首次申报",
        "recheck": "复核",
    },
    "en": {
        "application_date": "date of application",
        "application": "kind of application",
        "fiscal_year": "last fiscal year",
    },
}


@dataclass
class Speaker:
    """Says trees and values in one language, with the dictionary's names and units."""

    dictionary: Dictionary
    language: str = "zh"
    titles: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, t.Node] = field(default_factory=dict)

    @property
    def words(self) -> Language:
        return LANGUAGES[self.language]

    def name(self, id: str) -> str:
        """What people call a name: the dictionary's Chinese name, a title of the pack, or the name itself."""
        if id in self.dictionary:
            return self.dictionary[id].zh if self.language == "zh" else id.replace("_", " ")
        if id in _APPLICATION[self.language]:
            return _APPLICATION[self.language][id]
        if id == "points_total":
            return self.words.words["total"]
        title = self.titles.get(id, "")
        return title or id.replace("_", " ")

    def value(self, value: Any, of: str = "") -> str:
        """A value as people write it; `of` names the fact it belongs to (for its unit and labels)."""
        if isinstance(value, bool) or value is None:
            return self.words.words[{True: "true", False: "false", None: "null"}[value]]
        if isinstance(value, str):
            labels = self.dictionary[of].labels if of in self.dictionary else _APPLICATION["zh"]
            return labels.get(value, value) if self.language == "zh" else value
        if isinstance(value, (int, Fraction)):
            return self.number(value, of)
        if isinstance(value, timedelta):
            return f"{value.days} 天" if self.language == "zh" else f"{value.days} days"
        if isinstance(value, Months):
            return f"{value.count} 个月" if self.language == "zh" else f"{value.count} months"
        return value.isoformat() if isinstance(value, date) else str(value)

    def number(self, value: int | Fraction, of: str = "") -> str:
        unit = self.dictionary[of].unit if of in self.dictionary else ""
        shown = decimal_text(value)
        return f"{shown} {unit}" if unit and unit != "比率" else shown

    def says(self, node: t.Node) -> str:
        return _SAYS[type(node)](self, node)

    def unit_fact(self, node: t.Node) -> str:
        """The fact whose unit and labels a compared value shares: that of a plain name, or of a sum of names."""
        if isinstance(node, t.Name):
            inner = self.definitions.get(node.id)
            return (
                self.unit_fact(inner) if inner is not None else node.id if node.id in self.dictionary else ""
            )
        if isinstance(node, t.Arithmetic) and node.op in {"+", "-"}:
            return self.unit_fact(node.left) or self.unit_fact(node.right)
        return ""


def decimal_text(value: int | Fraction) -> str:
    """Up to six decimals, without trailing zeros; `≈` where that is not exact."""
    exact = Fraction(value)
    scaled = exact * 10**MOST_DECIMALS
    rounded = round(scaled)
    sign, digits = ("-" if rounded < 0 else ""), f"{abs(rounded):0{MOST_DECIMALS + 1}d}"
    shown = (sign + digits[:-MOST_DECIMALS] + "." + digits[-MOST_DECIMALS:]).rstrip("0").rstrip(".")
    return shown if scaled.denominator == 1 else f"≈{shown}"


def _literal(speaker: Speaker, node: t.Literal) -> str:
    return speaker.value(node.value)


def _name(speaker: Speaker, node: t.Name) -> str:
    return speaker.name(node.id)


def _arithmetic(speaker: Speaker, node: t.Arithmetic) -> str:
    return speaker.words.arithmetic[node.op].format(_inner(speaker, node.left), _inner(speaker, node.right))


def _inner(speaker: Speaker, node: t.Node) -> str:
    said = speaker.says(node)
    return f"（{said}）" if isinstance(node, (t.Arithmetic, t.Choice)) else said


def _comparison(speaker: Speaker, node: t.Comparison) -> str:
    if isinstance(node.right, t.Literal):
        right = speaker.value(node.right.value, speaker.unit_fact(node.left))
    else:
        right = speaker.says(node.right)
    return speaker.words.compare[node.op].format(speaker.says(node.left), right)


def _test(speaker: Speaker, value: t.Node, test: t.Node) -> str:
    if isinstance(test, t.Test):
        return _comparison(speaker, t.Comparison(test.op, value, test.right))
    if isinstance(test, t.Range):
        return _range(speaker, value, test)
    return _comparison(speaker, t.Comparison("=", value, test))


def _range(speaker: Speaker, value: t.Node, test: t.Range) -> str:
    of, words = speaker.unit_fact(value), speaker.words.words
    low, high = (
        speaker.value(end.value, of) if isinstance(end, t.Literal) else speaker.says(end)
        for end in (test.low, test.high)
    )
    note = ("" if test.low_closed else words["open_low"].format(low)) + (
        "" if test.high_closed else words["open_high"].format(high)
    )
    return words["between"].format(speaker.says(value), low, high, note)


def _member(speaker: Speaker, node: t.Member) -> str:
    literals = [test.value for test in node.tests if isinstance(test, t.Literal)]
    if len(node.tests) > 1 and len(literals) == len(node.tests):
        of = speaker.unit_fact(node.value)
        options = speaker.words.words["comma"].join(speaker.value(value, of) for value in literals)
        return speaker.words.words["one_of"].format(speaker.says(node.value), options)
    return speaker.words.words["or"].join(_test(speaker, node.value, test) for test in node.tests)


def _condition(speaker: Speaker, node: t.Node) -> str:
    """A part of a longer condition: a bare yes-or-no fact says that it is so."""
    return (
        speaker.words.words["yes"].format(speaker.name(node.id))
        if isinstance(node, t.Name)
        else speaker.says(node)
    )


def _joined(word: str) -> Callable[[Speaker, Any], str]:
    def join(speaker: Speaker, node: Any) -> str:
        return speaker.words.words[word].join(_bracketed(speaker, node, item) for item in node.items)

    return join


def _bracketed(speaker: Speaker, outer: t.Node, item: t.Node) -> str:
    """“and” inside “or”, or the other way round, stands in brackets: without them both would read the same."""
    said = _condition(speaker, item)
    mixed = isinstance(item, (t.Both, t.Either, t.Choice)) and type(item) is not type(outer)
    return f"（{said}）" if mixed else said


def _negation(speaker: Speaker, node: t.Negation) -> str:
    if isinstance(node.of, t.Name):
        return speaker.words.words["no"].format(speaker.name(node.of.id))
    return speaker.words.words["not"].format(speaker.says(node.of))


def _choice(speaker: Speaker, node: t.Choice) -> str:
    parts = (
        _condition(speaker, node.condition),
        _condition(speaker, node.then),
        _condition(speaker, node.other),
    )
    return speaker.words.words["if"].format(*parts)


def _call(speaker: Speaker, node: t.Call) -> str:
    name = _FUNCTIONS[speaker.language].get(node.function, node.function)
    inside = speaker.words.words["comma"].join(map(speaker.says, node.arguments))
    return speaker.words.words["call"].format(name, inside)


_SAYS: dict[type, Callable[[Speaker, Any], str]] = {
    t.Literal: _literal,
    t.Name: _name,
    t.Negative: lambda speaker, node: f"−{_inner(speaker, node.of)}",
    t.Arithmetic: _arithmetic,
    t.Comparison: _comparison,
    t.Member: _member,
    t.Both: _joined("and"),
    t.Either: _joined("or"),
    t.Negation: _negation,
    t.Choice: _choice,
    t.Call: _call,
    t.Path: lambda speaker, node: f"{speaker.says(node.of)} {node.name}",
    t.Listing: lambda speaker, node: speaker.words.words["comma"].join(map(speaker.says, node.items)),
}
