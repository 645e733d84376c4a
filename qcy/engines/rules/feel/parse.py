"""From text to tree. Errors say where and what to write instead; nothing in a text is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from . import tree as t
from .durations import Months, read_duration

LONGEST = 20_000
"""Characters in one expression. A policy clause has about a hundred."""

LONGEST_NUMBER = 60
"""Digits of one number: more is a slip of the hand, not money."""


class FeelError(ValueError):
    """A text that is not an expression: `line`, `column` and a sentence that says what to write."""

    def __init__(self, says: str, at: t.Place = t.Place()) -> None:  # noqa: B008 (immutable)
        super().__init__(f"{at}：{says}")
        self.says, self.at = says, at


def expression(text: str, names: Iterable[str] = ()) -> t.Node:
    """The tree of one expression. `names` are known names that contain spaces (`Monthly Salary`)."""
    return _read(text, "start_expression", tuple(names))


def unary_tests(text: str, value: t.Node, names: Iterable[str] = ()) -> t.Node:
    """The cell of a decision table as a condition on `value`: `-`, `>= 5`, `"a", "b"`, `[1..5)`, `not("a")`."""
    found = _read(text, "start_tests", tuple(names))
    return _applied(found, value)


@lru_cache(maxsize=4096)
def _read(text: str, start: str, names: tuple[str, ...]) -> Any:
    if len(text) > LONGEST:
        raise FeelError(f"表达式有 {len(text)} 个字符，最多 {LONGEST} 个。请拆成几条。")
    quoted = _quote_names(text, names)
    try:
        return _Reader().transform(_parser().parse(quoted, start=start))
    except UnexpectedInput as wrong:
        raise _explained(wrong, text) from None
    except VisitError as wrong:
        if isinstance(wrong.orig_exc, FeelError):
            raise wrong.orig_exc from None
        if isinstance(wrong.orig_exc, RecursionError):
            raise FeelError("括号套得太深，请拆成几条。") from None
        raise
    except RecursionError:
        raise FeelError("括号套得太深，请拆成几条。") from None


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", start=["start_expression", "start_tests"], propagate_positions=True)


_STRING = re.compile(r'("(?:\\.|[^"\\])*")')


def _quote_names(text: str, names: tuple[str, ...]) -> str:
    spaced = sorted((n for n in names if not n.isidentifier()), key=len, reverse=True)
    if not spaced:
        return text
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in spaced))
    pieces = _STRING.split(text)
    return "".join(p if n % 2 else pattern.sub(lambda m: f"`{m[0]}`", p) for n, p in enumerate(pieces))


def _explained(wrong: UnexpectedInput, text: str) -> FeelError:
    if isinstance(wrong, UnexpectedEOF) or (
        isinstance(wrong, UnexpectedToken) and wrong.token.type == "$END"
    ):
        return FeelError("表达式没有写完，后面还缺内容。", _end(text))
    at = t.Place(wrong.line, wrong.column)
    if isinstance(wrong, UnexpectedCharacters):
        return FeelError(f"这里的“{wrong.char}”不能用。{_FULL_WIDTH.get(wrong.char, '')}", at)
    assert isinstance(wrong, UnexpectedToken)
    return FeelError(f"这里不该出现“{wrong.token}”。{_HABITS.get(str(wrong.token), '')}", at)


def _end(text: str) -> t.Place:
    lines = text.splitlines() or [""]
    return t.Place(len(lines), len(lines[-1]) + 1)


_FULL_WIDTH = {
    "，": "请用半角逗号 , 。",
    "（": "请用半角括号 ( 。",
    "）": "请用半角括号 ) 。",
    "≥": "请写 >= 。",
    "≤": "请写 <= 。",
    "≠": "请写 != 。",
    "×": "请写 * 。",
    "÷": "请写 / 。",
    "%": "百分数请写成小数，例如 5% 写 0.05。",
    "％": "百分数请写成小数，例如 5% 写 0.05。",
    "“": '文字请用半角引号 " 。',
    "”": '文字请用半角引号 " 。',
    "'": '文字请用双引号 " 。',
    "&": "请写 and 。",
    "|": "请写 or 。",
    "!": "请写 not( ) 或 != 。",
}

_HABITS = {
    "=": "比较相等只写一个 = 。",
    ">": "请写 >= 。",
    "and": "and 的左边要有一个条件。",
    "or": "or 的左边要有一个条件。",
}


def _applied(found: Any, value: t.Node) -> t.Node:
    if isinstance(found, _Anything):
        return t.Literal(True)
    if isinstance(found, _Negated):
        return t.Negation(t.Member(value, found.tests, at=value.at))
    return t.Member(value, found, at=value.at)


class _Anything:
    """`-` in a cell."""


class _Negated:
    def __init__(self, tests: tuple[t.Node, ...]) -> None:
        self.tests = tests


def _at(tree: Any) -> t.Place:
    if isinstance(tree, Token):
        return t.Place(tree.line or 1, tree.column or 1)
    return t.Place(getattr(tree.meta, "line", 1), getattr(tree.meta, "column", 1))


class _Reader(Transformer[Token, Any]):
    """One method per rule of the grammar."""

    def _call_userfunc(self, tree: Tree[Token], new_children: list[Any] | None = None) -> Any:
        self.at = _at(tree)
        return super()._call_userfunc(tree, new_children)  # type: ignore[no-untyped-call]

    def number(self, children: list[Any]) -> t.Node:
        text = str(children[0])
        if len(text) > LONGEST_NUMBER:
            raise FeelError(f"数字最多 {LONGEST_NUMBER} 位。", self.at)
        exact = Fraction(text)
        return t.Literal(exact.numerator if exact.denominator == 1 else exact, at=self.at)

    def string(self, children: list[Any]) -> t.Node:
        return t.Literal(_unescaped(str(children[0])[1:-1]), at=self.at)

    def temporal(self, children: list[Any]) -> t.Node:
        return t.Literal(read_temporal(str(children[0])[2:-1], self.at), at=self.at)

    def true(self, _: list[Any]) -> t.Node:
        return t.Literal(True, at=self.at)

    def false(self, _: list[Any]) -> t.Node:
        return t.Literal(False, at=self.at)

    def null(self, _: list[Any]) -> t.Node:
        return t.Literal(None, at=self.at)

    def name(self, children: list[Any]) -> t.Node:
        return t.Name(str(children[0]), at=self.at)

    def quoted(self, children: list[Any]) -> t.Node:
        return t.Name(str(children[0])[1:-1], at=self.at)

    def negative(self, children: list[Any]) -> t.Node:
        of = children[1]
        if (
            isinstance(of, t.Literal)
            and isinstance(of.value, (int, Fraction))
            and not isinstance(of.value, bool)
        ):
            return t.Literal(-of.value, at=self.at)
        return t.Negative(of, at=self.at)

    def arithmetic(self, children: list[Any]) -> t.Node:
        left, op, right = children
        return t.Arithmetic(str(op), left, right, at=self.at)

    def compare(self, children: list[Any]) -> t.Node:
        left, op, right = children
        return t.Comparison(str(op), left, right, at=self.at)

    def between(self, children: list[Any]) -> t.Node:
        value, low, high = children
        return t.Member(value, (t.Range(low, high, True, True, at=self.at),), at=self.at)

    def member(self, children: list[Any]) -> t.Node:
        return t.Member(children[0], tuple(children[1:]), at=self.at)

    def operator_test(self, children: list[Any]) -> t.Node:
        return t.Test(str(children[0]), children[1], at=self.at)

    def conjunction(self, children: list[Any]) -> t.Node:
        return t.Both(tuple(children), at=self.at)

    def disjunction(self, children: list[Any]) -> t.Node:
        return t.Either(tuple(children), at=self.at)

    def negation(self, children: list[Any]) -> t.Node:
        return t.Negation(children[0], at=self.at)

    def choice(self, children: list[Any]) -> t.Node:
        return t.Choice(*children, at=self.at)

    def path(self, children: list[Any]) -> t.Node:
        return t.Path(children[0], str(children[1]), at=self.at)

    def argument(self, children: list[Any]) -> tuple[str | None, t.Node]:
        return (str(children[0]) if children[0] else None), children[1]

    def call(self, children: list[Any]) -> t.Node:
        function, *arguments = [c for c in children if c is not None]
        names = tuple(name for name, _ in arguments if name)
        if names and len(names) != len(arguments):
            raise FeelError("参数要么都写名字，要么都不写。", self.at)
        return _folded(t.Call(str(function), tuple(value for _, value in arguments), names, at=self.at))

    def listing(self, children: list[Any]) -> t.Node:
        return t.Listing(tuple(c for c in children if c is not None), at=self.at)

    def closed(self, children: list[Any]) -> t.Node:
        low, high = children
        return t.Range(low, high, True, True, at=self.at)

    def open(self, children: list[Any]) -> t.Node:
        low, high = children
        return t.Range(low, high, False, False, at=self.at)

    def open_closed(self, children: list[Any]) -> t.Node:
        low, high = children
        return t.Range(low, high, False, True, at=self.at)

    def closed_open(self, children: list[Any]) -> t.Node:
        low, high = children
        return t.Range(low, high, True, False, at=self.at)

    def anything(self, _: list[Any]) -> _Anything:
        return _Anything()

    def negated_tests(self, children: list[Any]) -> _Negated:
        return _Negated(tuple(children))

    def start_tests(self, children: list[Any]) -> Any:
        first = children[0]
        if isinstance(first, t.Negation) and len(children) == 1:
            return _Negated((first.of,))  # in a cell, not(…) is the negation of tests
        return first if isinstance(first, (_Anything, _Negated)) else tuple(children)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(u[0-9a-fA-F]{4}|.)",
        lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else _ESCAPES.get(m[1], m[1]),
        text,
    )


def read_temporal(text: str, at: t.Place = t.Place()) -> date | Months | Any:  # noqa: B008 (immutable)
    """A date `2026-06-15` or a duration `P1Y6M`, `P30D`; FeelError when it is neither."""
    if text[:1] in {"P", "-"}:
        duration = read_duration(text)
        if duration is None:
            raise FeelError(f"“{text}”不是时长，请写成 P3Y（三年）、P18M（十八个月）或 P30D（三十天）。", at)
        return duration
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FeelError(f"“{text}”不是日期，请写成 2026-06-15 的样子，并核对这一天是否存在。", at) from None


def _folded(call: t.Call) -> t.Node:
    """`date("2026-06-15")` and `duration("P1Y")` are constants: read once, here."""
    one = call.arguments[0] if len(call.arguments) == 1 else None
    if call.function in {"date", "duration"} and isinstance(one, t.Literal) and isinstance(one.value, str):
        return t.Literal(read_temporal(one.value, call.at), at=call.at)
    return call
