"""Worked cases from outside: compares every expected key with what the engine answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .decide import MANUAL, UNKNOWN, Answer, decide
from .facts import Dictionary
from .outcomes.terms import Number
from .packs.model import Pack, WorkedCase


@dataclass(frozen=True)
class Difference:
    key: str
    expected: Any
    found: Any


@dataclass(frozen=True)
class Checked:
    """One case; no differences means passed. `problem` says why it could not be run."""

    id: str
    policy: str
    differences: tuple[Difference, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problem


def check_vectors(
    vectors: list[Mapping[str, Any]],
    packs: Mapping[str, Pack],
    dictionary: Dictionary,
    *,
    allow_draft: bool = False,
) -> Iterator[Checked]:
    """Every vector in the file's order; a policy without a pack is reported, not skipped."""
    for vector in vectors:
        pack = packs.get(vector["policy"])
        if pack is None:
            yield Checked(vector["id"], vector["policy"], problem="没有这项政策的规则文件。")
            continue
        facts, errors = dictionary.read(vector["facts"])
        if errors:
            yield Checked(vector["id"], vector["policy"], problem="；".join(error.says for error in errors))
            continue
        plain = {name: told.value for name, told in facts.items()}
        on, kind = date.fromisoformat(vector["date"]), vector["application"]
        answer = decide(pack, dictionary, plain, on, kind, allow_draft=allow_draft)
        yield Checked(
            vector["id"], vector["policy"], tuple(differences(vector["expect"], as_expected(answer)))
        )


def run_cases(
    pack: Pack, dictionary: Dictionary, calendar: Any = None
) -> Iterator[tuple[WorkedCase, Checked]]:
    """The worked cases inside a pack; a case names only the keys it is about."""
    for case in (case for version in pack.versions for case in version.cases):
        facts, errors = dictionary.read(case.facts)
        if errors:
            yield case, Checked(case.name, pack.policy, problem="；".join(error.says for error in errors))
            continue
        plain = {name: told.value for name, told in facts.items()}
        answer = as_expected(decide(pack, dictionary, plain, case.on, case.kind, calendar=calendar))
        different = [
            Difference(key, value, answer.get(key))
            for key, value in case.expect.items()
            if not _same(value, answer.get(key))
        ]
        yield case, Checked(case.name, pack.policy, tuple(different))


def _same(written: Any, found: Any) -> bool:
    """A pack's scalars are texts: 20 and "20" are the same there."""
    if isinstance(written, dict) and isinstance(found, dict):
        return written.keys() <= found.keys() and all(
            _same(part, found[name]) for name, part in written.items()
        )
    if isinstance(written, list) and isinstance(found, list):
        return len(written) == len(found) and all(map(_same, written, found))
    return str(written) == str(found)


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs; an expectation lists everything, so a list nobody expects must be empty."""
    complete = {**dict.fromkeys(("undecided_by", "judged_by"), []), **expected}
    for key, value in complete.items():
        if found.get(key) != value:
            yield Difference(key, value, found.get(key))


def as_expected(answer: Answer) -> dict[str, Any]:
    """The answer in the shape and spelling of the vectors."""
    found: dict[str, Any] = {
        "verdict": answer.verdict,
        "undecided_by": list(answer.undecided_by) if answer.verdict == UNKNOWN else [],
        "judged_by": list(answer.judged_by) if answer.verdict in {UNKNOWN, MANUAL} else [],
        "rule_version": answer.version.id if answer.version else None,
        "points": {name: _span(span) for name, span in answer.points.items()},
        "amount": {name: spelled(value) for name, value in answer.amounts.items()},
        "flags": list(answer.flags),
    }
    if answer.categories:
        one = len(answer.categories) == 1
        found["category"] = answer.categories[0] if one else list(answer.categories)
    return found


def _span(span: Any) -> Any:
    return [_points(end) for end in span] if isinstance(span, tuple) else _points(span)


def _points(value: Number) -> Any:
    return value if isinstance(value, int) else spelled(value)


def spelled(value: Number) -> str:
    """An exact decimal without trailing zeros; amounts and points never have more than six decimals."""
    exact = Fraction(value)
    whole = exact * 10**6
    sign, digits = ("-" if whole < 0 else ""), f"{abs(whole.numerator):07d}"
    return (sign + digits[:-6] + "." + digits[-6:]).rstrip("0").rstrip(".")
