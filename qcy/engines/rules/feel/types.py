"""Which kind of value an expression gives, found without running it. Every clash is told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from fractions import Fraction

from . import tree as t
from .durations import Months
from .functions import ARGUMENTS, BUILT_IN
from .parse import FeelError

NUMBER, TEXT, BOOLEAN, DATE, DAYS, MONTHS, LIST, ANY = (
    "数字", "文字", "是非", "日期", "天数", "月数", "列表", "任意",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """The kind of a name's values; `options` when only a few texts are possible."""

    name: str
    options: tuple[str, ...] = ()


@dataclass
class Typing:
    """Finds kinds in one scope of names and gathers what clashes."""

    names: dict[str, Kind]
    nearest: Callable[[str], str | None] = lambda name: None
    errors: list[FeelError] = field(default_factory=list)

    def kind(self, node: t.Node) -> str:
        return _RULES[type(node)](self, node)

    def expect(self, node: t.Node, wanted: str, place: str) -> None:
        found = self.kind(node)
        if ANY not in {found, wanted} and found != wanted:
            self.wrong(node, f"{place}应是{wanted}，这里得到的是{found}。")

    def wrong(self, node: t.Node, says: str) -> None:
        self.errors.append(FeelError(says, node.at))

    def options(self, node: t.Node) -> tuple[str, ...]:
        return self.names[node.id].options if isinstance(node, t.Name) and node.id in self.names else ()

    def compared(self, left: t.Node, right: t.Node, at: t.Node) -> None:
        a, b = self.kind(left), self.kind(right)
        if ANY not in {a, b} and a != b:
            self.wrong(at, f"{a}不能与{b}比较。")
        self._known_option(left, right)
        self._known_option(right, left)

    def _known_option(self, name: t.Node, value: t.Node) -> None:
        options = self.options(name)
        if (
            options
            and isinstance(value, t.Literal)
            and isinstance(value.value, str)
            and value.value not in options
        ):
            near = get_close_matches(value.value, options, n=1)
            hint = f"是不是“{near[0]}”？" if near else f"可选：{'、'.join(options)}。"
            self.wrong(value, f"“{value.value}”不会出现，{hint}")


def _literal(typing: Typing, node: t.Literal) -> str:
    for kinds, name in _LITERALS:
        if isinstance(node.value, kinds):
            return name
    return ANY


_LITERALS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), BOOLEAN),
    ((int, Fraction), NUMBER),
    ((str,), TEXT),
    ((date,), DATE),
    ((timedelta,), DAYS),
    ((Months,), MONTHS),
)


def _name(typing: Typing, node: t.Name) -> str:
    if node.id in typing.names:
        return typing.names[node.id].name
    near = typing.nearest(node.id) or next(iter(get_close_matches(node.id, typing.names, n=1)), None)
    typing.wrong(node, f"没有名为“{node.id}”的数据" + (f"，是不是“{near}”？" if near else "。"))
    return ANY


def _negative(typing: Typing, node: t.Negative) -> str:
    typing.expect(node.of, NUMBER, "负号后面")
    return NUMBER


def _arithmetic(typing: Typing, node: t.Arithmetic) -> str:
    left, right = typing.kind(node.left), typing.kind(node.right)
    if ANY in {left, right}:
        return ANY
    result = _RESULTS.get((left, node.op, right))
    if result is None:
        typing.wrong(node, f"{left}与{right}不能用 {node.op} 计算。")
        return ANY
    return result


_RESULTS = {
    **{(NUMBER, op, NUMBER): NUMBER for op in ("+", "-", "*", "/", "**")},
    (TEXT, "+", TEXT): TEXT,
    (DATE, "-", DATE): DAYS,
    (DATE, "+", DAYS): DATE,
    (DATE, "-", DAYS): DATE,
    (DATE, "+", MONTHS): DATE,
    (DATE, "-", MONTHS): DATE,
    (DAYS, "+", DATE): DATE,
    (MONTHS, "+", DATE): DATE,
    (DAYS, "+", DAYS): DAYS,
    (DAYS, "-", DAYS): DAYS,
    (MONTHS, "+", MONTHS): MONTHS,
    (MONTHS, "-", MONTHS): MONTHS,
    (DAYS, "*", NUMBER): DAYS,
    (NUMBER, "*", DAYS): DAYS,
    (DAYS, "/", DAYS): NUMBER,
}


def _comparison(typing: Typing, node: t.Comparison) -> str:
    typing.compared(node.left, node.right, node)
    _ordered(typing, node.op, node.left, node)
    return BOOLEAN


def _ordered(typing: Typing, op: str, value: t.Node, at: t.Node) -> None:
    kind = typing.kind(value)
    if op not in {"=", "!="} and kind in {BOOLEAN, TEXT}:
        typing.wrong(at, f"{kind}不分大小，请用 =、!= 或 in。")


def _logic(typing: Typing, node: t.Both | t.Either) -> str:
    for item in node.items:
        typing.expect(item, BOOLEAN, "and 和 or 两边")
    return BOOLEAN


def _negation(typing: Typing, node: t.Negation) -> str:
    typing.expect(node.of, BOOLEAN, "not 里面")
    return BOOLEAN


def _choice(typing: Typing, node: t.Choice) -> str:
    typing.expect(node.condition, BOOLEAN, "if 后面")
    then, other = typing.kind(node.then), typing.kind(node.other)
    if ANY not in {then, other} and then != other:
        typing.wrong(node, f"then 得到{then}，else 得到{other}，两边要一致。")
    return other if then == ANY else then


def _member(typing: Typing, node: t.Member) -> str:
    for test in node.tests:
        if isinstance(test, (t.Test, t.Range)):
            _ordered(typing, test.op if isinstance(test, t.Test) else "<", node.value, test)
        for operand in _operands(test):
            if typing.kind(operand) != LIST:
                typing.compared(node.value, operand, operand)
    return BOOLEAN


def _operands(test: t.Node) -> Iterable[t.Node]:
    if isinstance(test, t.Test):
        return (test.right,)
    return (test.low, test.high) if isinstance(test, t.Range) else (test,)


def _call(typing: Typing, node: t.Call) -> str:
    kinds = [typing.kind(argument) for argument in node.arguments]
    if node.function not in BUILT_IN:
        near = get_close_matches(node.function, BUILT_IN, n=1)
        typing.wrong(node, f"没有名为“{node.function}”的函数" + (f"，是不是“{near[0]}”？" if near else "。"))
        return ANY
    if node.names:
        typing.wrong(node, f"{node.function} 的参数按顺序写，不写名字。")
    least, most = ARGUMENTS.get(node.function, (1, 100))
    if not least <= len(node.arguments) <= most:
        typing.wrong(
            node, f"{node.function} 要 {least} 到 {most} 个参数，这里写了 {len(node.arguments)} 个。"
        )
    return _FUNCTIONS.get(node.function, _common)(kinds)


def _common(kinds: list[str]) -> str:
    known = {kind for kind in kinds if kind not in {ANY, LIST}}
    return known.pop() if len(known) == 1 else ANY


_FUNCTIONS: dict[str, Callable[[list[str]], str]] = {
    **{
        name: lambda kinds: NUMBER
        for name in ("floor", "ceiling", "round", "round_half_up", "decimal", "count", "abs")
    },
    "working_days_between": lambda kinds: NUMBER,
    "date": lambda kinds: DATE,
    "add_working_days": lambda kinds: DATE,
}


def _path(typing: Typing, node: t.Path) -> str:
    of = typing.kind(node.of)
    if of == ANY:
        return ANY
    if (of, node.name) not in _PARTS:
        typing.wrong(node, f"{of}没有“{node.name}”。")
        return ANY
    return NUMBER


_PARTS = {
    (DATE, "year"),
    (DATE, "month"),
    (DATE, "day"),
    (DAYS, "days"),
    (MONTHS, "years"),
    (MONTHS, "months"),
}

_RULES: dict[type, Callable[..., str]] = {
    t.Literal: _literal,
    t.Name: _name,
    t.Negative: _negative,
    t.Arithmetic: _arithmetic,
    t.Comparison: _comparison,
    t.Both: _logic,
    t.Either: _logic,
    t.Negation: _negation,
    t.Choice: _choice,
    t.Member: _member,
    t.Call: _call,
    t.Path: _path,
    t.Listing: lambda typing, node: [typing.kind(item) for item in node.items] and LIST or LIST,
}
