"""The commands that go over a whole register: judge all firms, try another threshold, make one up."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .facts import Dictionary
from .packs.model import Pack
from .packs.names import names_of
from .report import VERDICTS
from .sentences import decimal_text
from .terminal import Stop, command, pack_files, progress, read_dictionary, usable


@command
def register(options: argparse.Namespace) -> int:
    """Policies over a whole snapshot: how many qualify, fail, are unknown or wait for a reviewer, and what it costs."""
    from .setwise.answers import Answers

    dictionary = read_dictionary(options.packs)
    snapshot = open_snapshot(options.snapshot, dictionary)
    print(
        f"{options.snapshot}：{snapshot.count} 家企业{'（' + snapshot.layout.state + '）' if snapshot.layout.state else ''}"
    )
    for file in options.files or pack_files(options.packs):
        pack = usable(file, dictionary)
        answers: Answers = over_snapshot(pack, dictionary, snapshot, options)
        counts = answers.counts()
        version = answers.version.id if answers.version else "申请日没有适用的版本"
        told = "  ".join(
            f"{VERDICTS[name]} {counts[name]}" for name in ("qualifies", "fails", "unknown", "manual")
        )
        print(f"{pack.title}（{version}）：{told}")
        for amount in answers.version.amounts if answers.version else ():
            print(f"    {amount.title}合计 {decimal_text(answers.total(amount.id))} 万元")
    return 0


def open_snapshot(path: Path, dictionary: Dictionary) -> Any:
    from .setwise.snapshot import Snapshot, SnapshotError

    try:
        return Snapshot(path, dictionary)
    except SnapshotError as wrong:
        raise Stop(str(wrong)) from None


def over_snapshot(pack: Pack, dictionary: Dictionary, snapshot: Any, options: argparse.Namespace) -> Any:
    """The policy over every stretch of the snapshot, with a line of progress on a terminal."""
    from .setwise.evaluate import evaluate_stretches

    version = pack.version_for(options.date, options.kind)
    names = [name for name in names_of(version) if name in dictionary] if version else []
    absent = snapshot.absent(options.date, names)
    if absent:
        print(
            f"提醒：快照里没有 {'、'.join(absent[:5])} 等 {len(absent)} 项数据，按不知道计算。",
            file=sys.stderr,
        )
    return evaluate_stretches(
        pack,
        dictionary,
        snapshot.stretches(options.date, names),
        snapshot.count,
        options.date,
        options.kind,
        allow_draft=options.allow_draft,
        calendar=options.calendar(),
        points=False,
        progress=progress(pack.title),
    )


@command
def whatif(options: argparse.Namespace) -> int:
    """One threshold changed: firms that gain, firms that lose, and the difference in money."""
    from .whatif import CannotSet, with_threshold

    dictionary = read_dictionary(options.packs)
    snapshot, pack = open_snapshot(options.snapshot, dictionary), usable(options.pack, dictionary)
    version = pack.version_for(options.date, options.kind)
    if version is None:
        raise Stop(f"{options.date} 没有适用的版本。")
    try:
        changed = with_threshold(pack, version, options.set)
    except CannotSet as wrong:
        raise Stop(str(wrong)) from None
    before = over_snapshot(pack, dictionary, snapshot, options)
    after = over_snapshot(changed.pack, dictionary, snapshot, options)
    print(
        f"{pack.title}：{changed.clause} 由 {decimal_text(changed.before)} 改为 {decimal_text(changed.after)}"
    )
    for told, rows in moved(before, after).items():
        print(f"    {told} {rows} 家")
    for amount in version.amounts:
        more = after.total(amount.id) - before.total(amount.id)
        print(f"    {amount.title}合计变动 {decimal_text(more)} 万元")
    return 0


def moved(before: Any, after: Any) -> dict[str, int]:
    """How many firms change sides, by the side they come from and go to."""
    from .setwise.answers import VERDICTS as CODES

    was, now = before.verdict, after.verdict
    qualifies, fails = CODES.index("qualifies"), CODES.index("fails")
    return {
        "新符合": int(((now == qualifies) & (was != qualifies)).sum()),
        "不再符合": int(((was == qualifies) & (now != qualifies)).sum()),
        "新不符合": int(((now == fails) & (was != fails)).sum()),
        "不再确定不符合": int(((was == fails) & (now != fails)).sum()),
    }


@command
def demo_register(options: argparse.Namespace) -> int:
    from .synthetic import make_register

    dictionary = read_dictionary(options.packs)
    if options.firms < 1:
        raise Stop("企业数至少为 1。")
    if options.seed < 0:
        raise Stop("种子是不小于 0 的整数。")
    try:
        make_register(options.out, dictionary, options.firms, options.date, options.seed, progress("生成"))
    except OSError as wrong:
        raise Stop(f"写不了 {options.out}：{wrong.strerror}。") from None
    print(f"{options.out}：{options.firms} 家演示企业，{options.out.stat().st_size / 1e6:.0f} MB。")
    return 0
