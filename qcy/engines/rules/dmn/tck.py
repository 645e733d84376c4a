"""Runs the DMN Technology Compatibility Kit: models beside test cases, both as XML files in one folder each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from lxml import etree

from ..feel.evaluate import Context
from ..feel.parse import FeelError
from ..lattice.axes import NotFollowed
from ..outcomes.terms import plain
from .in_columns import value_in_columns
from .model import Model, read_model

TOLERANCE = Fraction(1, 10**8)
"""The kit writes results of binary floats, cut to 15 digits; ours are exact."""

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@dataclass(frozen=True)
class Outcome:
    """One test case: what was expected and found for each decision that differs (empty: passed)."""

    folder: str
    case: str
    differences: tuple[str, ...]
    in_columns: bool = False
    """Whether the set-wise evaluator gives every expected result as well."""

    @property
    def passed(self) -> bool:
        return not self.differences


def run_kit(root: Path) -> Iterator[Outcome]:
    """Every case of every folder that has a model, in the order of their names."""
    for model_file in sorted(root.glob("*/*.dmn")):
        model = read_model(model_file)
        for test_file in sorted(model_file.parent.glob("*-test-*.xml")):
            tests = etree.parse(str(test_file)).getroot()
            for case in (e for e in tests if _tag(e) == "testCase"):
                differences = tuple(_differences(model, case))
                yield Outcome(
                    model_file.parent.name, case.get("id") or "", differences, _in_columns(model, case)
                )


def _differences(model: Model, case: Any) -> Iterator[str]:
    inputs = {e.get("name"): _exact(read_value(e)) for e in case if _tag(e) == "inputNode"}
    run = model.evaluation(inputs)
    for node in (e for e in case if _tag(e) == "resultNode"):
        expected = read_value(next((e for e in node if _tag(e) == "expected"), None))
        found = run.scope(node.get("name"))
        if not agrees(found, expected):
            yield f"{node.get('name')}：应为 {expected!r}，得到 {found!r}"


def _in_columns(model: Model, case: Any) -> bool:
    inputs = {e.get("name"): _exact(read_value(e)) for e in case if _tag(e) == "inputNode"}
    for node in (e for e in case if _tag(e) == "resultNode"):
        expected = read_value(next((e for e in node if _tag(e) == "expected"), None))
        try:
            if not agrees(value_in_columns(model, node.get("name"), inputs), expected):
                return False
        except (NotFollowed, FeelError):
            return False
    return True


def _exact(value: Any) -> Any:
    """Numbers as the engine holds them; the kit's own values keep their decimals for comparing."""
    if isinstance(value, Context):
        return Context(tuple((name, _exact(part)) for name, part in value.entries))
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return plain(Fraction(value)) if isinstance(value, Decimal) else value


def agrees(found: Any, expected: Any) -> bool:
    """Equal; numbers within the kit's tolerance."""
    if isinstance(expected, Context) and isinstance(found, Context):
        names = {name for name, _ in (*expected.entries, *found.entries)}
        return all(agrees(found.get(name), expected.get(name)) for name in names)
    if isinstance(expected, tuple) and isinstance(found, tuple):
        return len(found) == len(expected) and all(map(agrees, found, expected))
    if isinstance(expected, Decimal):
        number = isinstance(found, (int, Fraction)) and not isinstance(found, bool)
        return number and abs(Fraction(found) - Fraction(expected)) <= TOLERANCE
    return type(found) is type(expected) and bool(found == expected)


def read_value(element: Any) -> Any:
    """The value written in a `value`, `list` or `component` element; null when there is none."""
    if element is None:
        return None
    components = [e for e in element if _tag(e) == "component"]
    if components:
        return Context(tuple((e.get("name"), read_value(e)) for e in components))
    listed = next((e for e in element if _tag(e) == "list"), None)
    if listed is not None:
        return tuple(read_value(e) for e in listed if _tag(e) == "item")
    value = next((e for e in element if _tag(e) == "value"), None)
    return None if value is None or value.get(_XSI_NIL) == "true" else _typed(value)


def _typed(value: Any) -> Any:
    kind, text = (value.get(_XSI_TYPE) or "").split(":")[-1], value.text or ""
    if kind in {"decimal", "double", "integer", "int", "float"}:
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    return date.fromisoformat(text) if kind == "date" else text


def _tag(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
