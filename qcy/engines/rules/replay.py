"""An old decision again: the version and the facts it used must give what it said (R4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from .decide import decide
from .facts import Dictionary
from .packs.model import Pack
from .vectors import Difference, as_expected, differences


class CannotReplay(ValueError):
    """The record does not belong to the pack at hand; the sentence says why."""


def _demand_same_version(record: Mapping[str, Any], pack: Pack) -> None:
    """A version may stand in the file twice, once for each kind of application: one of them has to be the same."""
    if record["version"] is None:
        return
    fingerprints = {v.fingerprint for v in pack.versions if v.id == record["version"]}
    if not fingerprints:
        raise CannotReplay(f"规则文件里没有版本 {record['version']}。")
    if record["fingerprint"] not in fingerprints:
        raise CannotReplay(f"版本 {record['version']} 的内容与当时不同，不能复算。")


def replay(
    record: Mapping[str, Any], pack: Pack, dictionary: Dictionary, calendar: Any = None
) -> list[Difference]:
    """What comes out differently now; an empty list is what is promised.

    CannotReplay when the version is gone or its content is not the one that decided.
    """
    _demand_same_version(record, pack)
    facts, errors = dictionary.read(record["facts"])
    if errors:
        raise CannotReplay("；".join(error.says for error in errors))
    plain = {name: told.value for name, told in facts.items()}
    on, kind = date.fromisoformat(record["date"]), record["application"]
    answer = decide(
        pack,
        dictionary,
        plain,
        on,
        kind,
        allow_draft=bool(record.get("draft_allowed")),
        calendar=calendar,
    )
    found = as_expected(answer)
    return list(differences(record["answer"], found))
