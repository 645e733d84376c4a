"""The commands of the engine: `qcy rules …` in the product, `python -m qcy.engines.rules …` without it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from .decide import decide
from .facts import Dictionary
from .over_register import demo_register, register, whatif
from .packs.load import Loaded, load_pack
from .report import as_json, lines, record
from .terminal import Stop, command, pack_files, read_dictionary, read_json, usable
from .vectors import Checked, check_vectors, run_cases


def add_commands(commands: Any, packs: Path | None = None) -> None:
    """Adds every command to an argparse sub-parser; `packs` is the folder of packs when none is named."""
    for name, (run, says, arguments) in _COMMANDS.items():
        command = commands.add_parser(name, help=says)
        for options, settings in arguments:
            command.add_argument(*options, **settings)
        if name not in {"tck"}:
            command.add_argument(
                "--packs", type=Path, default=packs or Path(), help="规则文件和 facts.yaml 所在的文件夹"
            )
        command.set_defaults(run=run)


def main(
    arguments: Sequence[str] | None = None,
    packs: Path | None = None,
    calendar: Callable[[], Any] = lambda: None,
) -> int:
    """Runs one command. `packs` is the folder used when none is named; `calendar` gives the working days."""
    parser = argparse.ArgumentParser(prog="rules", description="规则引擎")
    add_commands(parser.add_subparsers(required=True, metavar="命令"), packs)
    parser.set_defaults(calendar=calendar)
    options = parser.parse_args(arguments)
    result: int = options.run(options)
    return result


@command
def check(options: argparse.Namespace) -> int:
    """Reads packs and tells every problem; runs the worked cases inside them."""
    dictionary = read_dictionary(options.packs)
    wrong = 0
    for file in options.files or pack_files(options.packs):
        loaded = load_pack(file, dictionary)
        failed = list(_failed_cases(loaded, dictionary, options.calendar()))
        for problem in loaded.problems:
            print(f"{problem}{'（提醒）' if problem.warning else ''}")
        print(*failed, sep="\n", end="\n" if failed else "")
        wrong += not loaded.usable or bool(failed)
        if loaded.usable and not failed and loaded.pack:
            cases = sum(len(version.cases) for version in loaded.pack.versions)
            print(f"{file}：可用，{len(loaded.pack.versions)} 个版本，{cases} 个算例全部通过。")
    return 1 if wrong else 0


def _failed_cases(loaded: Loaded, dictionary: Dictionary, calendar: Any) -> Iterable[str]:
    for case, checked in (
        run_cases(loaded.pack, dictionary, calendar) if loaded.pack and loaded.usable else ()
    ):
        if not checked.passed:
            yield f"{loaded.pack.policy if loaded.pack else ''} 算例“{case.name}”（第 {case.line} 行）没有通过：{_told(checked)}"


@command
def evaluate(options: argparse.Namespace) -> int:
    dictionary = read_dictionary(options.packs)
    pack = usable(options.pack, dictionary)
    stated = read_json(options.facts)
    if not isinstance(stated, dict):
        raise Stop(f"{options.facts} 里应是一组“数据名: 值”。")
    told, errors = dictionary.read(stated)
    if errors:
        raise Stop("\n".join(error.says for error in errors))
    facts = {name: value.value for name, value in told.items()}
    answer = decide(
        pack,
        dictionary,
        facts,
        options.date,
        options.kind,
        allow_draft=options.allow_draft,
        calendar=options.calendar(),
    )
    if options.json:
        print(as_json(record(answer, told, options.language)))
    else:
        print(*lines(answer, told), sep="\n")
    return 0


@command
def vectors(options: argparse.Namespace) -> int:
    dictionary = read_dictionary(options.packs)
    packs = {pack.policy: pack for pack in (usable(file, dictionary) for file in pack_files(options.packs))}
    content = read_json(options.file)
    if not isinstance(content, dict) or not isinstance(content.get("vectors"), list):
        raise Stop(f"{options.file} 里没有 vectors。")
    try:
        checked = list(check_vectors(content["vectors"], packs, dictionary, allow_draft=options.allow_draft))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Stop(f"{options.file} 里有一个算例不完整：{wrong}") from None
    for case in checked:
        if not case.passed:
            print(f"{case.id}：{_told(case)}")
    totals = Counter(case.policy for case in checked)
    passed = Counter(case.policy for case in checked if case.passed)
    for policy, count in totals.items():
        print(f"{policy:28} {passed[policy]:4} 通过  {count - passed[policy]:4} 未通过")
    print(
        f"{'合计':26} {sum(passed.values()):4} 通过  {len(checked) - sum(passed.values()):4} 未通过，共 {len(checked)}"
    )
    return 0 if sum(passed.values()) == len(checked) else 1


def _told(case: Checked) -> str:
    return case.problem or "；".join(f"{d.key} 应为 {d.expected}，得到 {d.found}" for d in case.differences)


@command
def tck(options: argparse.Namespace) -> int:
    from .dmn.model import DmnError
    from .dmn.tck import run_kit

    try:
        outcomes = list(run_kit(options.folder))
    except DmnError as wrong:
        raise Stop(str(wrong)) from None
    if not outcomes:
        raise Stop(f"{options.folder} 里没有 DMN 模型和测试。")
    totals = Counter(outcome.folder for outcome in outcomes)
    passed = Counter(outcome.folder for outcome in outcomes if outcome.passed)
    for outcome in outcomes:
        if not outcome.passed:
            print(f"{outcome.folder} {outcome.case}：{'；'.join(outcome.differences)}")
    columns = Counter(outcome.folder for outcome in outcomes if outcome.in_columns)
    for folder, count in totals.items():
        print(
            f"{folder:48} {passed[folder]:4} 通过  {count - passed[folder]:4} 未通过  {columns[folder]:4} 成批计算也通过"
        )
    all_passed, all_columns = sum(passed.values()), sum(columns.values())
    told = f"{all_passed:4} 通过  {len(outcomes) - all_passed:4} 未通过，共 {len(outcomes)}"
    print(f"{'合计':46} {told}，其中 {all_columns} 个成批计算也通过")
    return 0 if sum(passed.values()) == len(outcomes) else 1


Argument = tuple[tuple[str, ...], dict[str, Any]]

_DRAFT: Argument = (("--allow-draft",), {"action": "store_true", "help": "草稿版本也计算"})

_SNAPSHOT: Argument = (("--snapshot",), {"type": Path, "required": True, "help": "企业数据快照"})
_WHEN: list[Argument] = [
    (("--date",), {"type": date.fromisoformat, "default": date.today(), "help": "申请日，默认今天"}),  # noqa: DTZ011
    (("--kind",), {"choices": ("new", "recheck"), "default": "new"}),
]

_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str, list[Argument]]] = {
    "check": (
        check,
        "检查规则文件，逐条说明哪里要改，并运行其中的算例",
        [(("files",), {"nargs": "*", "type": Path, "metavar": "PACK"})],
    ),
    "eval": (
        evaluate,
        "按一项政策判断一家企业",
        [
            (("pack",), {"type": Path, "metavar": "PACK"}),
            (("--facts",), {"type": Path, "required": True, "help": "企业数据，JSON"}),
            (("--date",), {"type": date.fromisoformat, "required": True, "help": "申请日"}),
            (("--kind",), {"choices": ("new", "recheck"), "default": "new"}),
            (("--json",), {"action": "store_true", "help": "完整记录，可复算"}),
            (("--language",), {"choices": ("zh", "en"), "default": "zh"}),
            _DRAFT,
        ],
    ),
    "register": (
        register,
        "按政策判断快照里的全部企业",
        [(("files",), {"nargs": "*", "type": Path, "metavar": "PACK"}), _SNAPSHOT, *_WHEN, _DRAFT],
    ),
    "whatif": (
        whatif,
        "改一个条件的数值，看谁得谁失、多少钱",
        [
            (("pack",), {"type": Path, "metavar": "PACK"}),
            (("--set",), {"required": True, "metavar": "条件.threshold=数值"}),
            _SNAPSHOT,
            *_WHEN,
            _DRAFT,
        ],
    ),
    "demo-register": (
        demo_register,
        "生成一份演示企业快照",
        [
            (("--firms",), {"type": int, "default": 10_000}),
            (("--out",), {"type": Path, "required": True}),
            (("--date",), {"type": date.fromisoformat, "default": date(2026, 6, 15)}),
            (("--seed",), {"type": int, "default": 20260708}),
        ],
    ),
    "vectors": (
        vectors,
        "运行一批算例，打印每项政策通过和未通过的数目",
        [(("file",), {"type": Path}), _DRAFT],
    ),
    "tck": (tck, "运行 DMN 技术兼容性测试集", [(("folder",), {"type": Path})]),
}
