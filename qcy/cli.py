"""The `qcy` command. Imports lazily: `clock` needs neither Django settings nor a database."""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).resolve().parent.parent / "seeds"

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:2] == ["rules", "snapshot"]:
        return write_register_snapshot(words[2:])
    if words[:1] == ["rules"]:  # a parser of its own, loaded only when it is asked for
        return rules(words[1:])
    if words[:2] == ["demo", "register"]:
        return rules(["demo-register", *words[2:]])
    options = parser().parse_args(words)
    run: Run = options.run
    return run(options)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="qcy", description="秦创原综合服务平台")
    commands = root.add_subparsers(required=True, metavar="命令")
    _clock(commands)
    _command(commands, "serve", serve, "启动网站和后台任务", [("--host", "127.0.0.1"), ("--port", "8000")])
    _command(commands, "worker", worker, "只运行后台任务", [])
    _command(commands, "demo", demo, "重建演示数据", [("--seed", "20260708"), ("--today", "")])
    _command(commands, "migrate", migrate, "建立或升级数据库，收集静态文件", [])
    _load(commands, "node", load_node_file, "载入一个节点文件")
    _load(commands, "calendar", load_calendar_file, "载入一年的节假日")
    _load(commands, "figures", load_figures_file, "载入公开数据")
    _load(commands, "content", load_content_file, "载入帮助和公告")
    matters = commands.add_parser("catalogue", help="事项").add_subparsers(required=True, metavar="操作")
    _file_command(matters, "lint", lint_matter_file, "检查一个事项文件，逐条说明哪里要改")
    _file_command(matters, "load", load_matter_file, "载入一个事项文件，成为新的一版")
    commands.add_parser("rules", help="政策规则")
    audit = commands.add_parser("audit", help="核对记录").add_subparsers(required=True, metavar="操作")
    _command(audit, "verify", verify_audit, "重算全部哈希链，核对每日签名", [])
    _command(audit, "root", make_root, "现在就为前一天签名", [])
    _command(audit, "key", show_audit_key, "显示核对签名的公钥", [])
    _command(audit, "dump", dump_audit, "把全部记录写成独立可核对的文件", [("--file", "audit.jsonl")])
    return root


def _command(commands: Any, name: str, run: Run, help: str, options: Sequence[tuple[str, str]]) -> None:
    command = commands.add_parser(name, help=help)
    for option, default in options:
        command.add_argument(option, default=default)
    command.set_defaults(run=run)


def _load(commands: Any, name: str, run: Run, help: str) -> None:
    load = commands.add_parser(name, help=help).add_subparsers(required=True, metavar="操作")
    _file_command(load, "load", run, help)


def _file_command(commands: Any, name: str, run: Run, help: str) -> None:
    command = commands.add_parser(name, help=help)
    command.add_argument("file", type=Path)
    command.set_defaults(run=run)


def _clock(commands: Any) -> None:
    clock = commands.add_parser("clock", help="算时限").add_subparsers(required=True, metavar="操作")
    due = clock.add_parser("due", help="从受理日起第几个工作日到期")
    due.add_argument("--accepted", type=date.fromisoformat, required=True)
    due.add_argument("--days", type=int, required=True)
    due.set_defaults(run=clock_due)


def clock_due(options: argparse.Namespace) -> int:
    from qcy.kernel.clock import WorkingDays, due_on

    due = due_on(options.accepted, WorkingDays(options.days), calendar_from_seeds())
    print(due.day.isoformat() + ("  （暂定：该年放假安排尚未发布）" if due.provisional else ""))
    return 0


def write_register_snapshot(words: Sequence[str]) -> int:
    """The register of this platform as a file for `qcy rules register`; the others run without a database."""
    options = argparse.ArgumentParser(
        prog="qcy rules snapshot", description="把企业数据写成快照文件，再次运行只更新有变化的部分"
    )
    options.add_argument("--out", type=Path, required=True)
    out = options.parse_args(words).out
    django()
    from django.utils import timezone

    from qcy.engines.packs.snapshot import write_snapshot
    from qcy.engines.rules.terminal import progress, read_dictionary
    from qcy.kernel.local_time import local_day

    done = write_snapshot(
        out, read_dictionary(SEEDS / "policies"), local_day(timezone.now()), progress("企业")
    )
    print(f"{out}：{done.firms} 家企业，其中 {done.read_again} 家重新读取。")
    return 0


def rules(words: Sequence[str]) -> int:
    from qcy.engines.rules.command import main

    return main(words, SEEDS / "policies", calendar_from_seeds)


def calendar_from_seeds() -> Any:
    import yaml

    from qcy.kernel.calendar import load_calendar

    files = sorted((SEEDS / "calendar").glob("cn-*.yaml"))
    return load_calendar(yaml.safe_load(file.read_text("utf-8")) for file in files)


def django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcy.settings.development")
    import django as framework

    framework.setup()


def serve(options: argparse.Namespace) -> int:
    from qcy.supervisor import supervise

    # links in messages lead to where this server listens, unless the operator has named an address
    os.environ.setdefault("QCY_PUBLIC_URL", f"http://{options.host}:{options.port}")
    return supervise(options.host, int(options.port))


def worker(options: argparse.Namespace) -> int:
    django()
    from qcy.supervisor import run_worker

    return run_worker()


def migrate(options: argparse.Namespace) -> int:
    django()
    with collecting_static_files():
        migrate_database()
    return 0


def migrate_database() -> None:
    from django.core.management import call_command

    from qcy.foundation.database.scope import unscoped

    with unscoped("migrate"):
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def collecting_static_files() -> Iterator[None]:
    """Beside the work on the database, in a process of its own: a second core would stand idle."""
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    child = subprocess.Popen(command)
    try:
        yield
    finally:
        failed = child.wait()
    if failed:
        raise SystemExit("静态文件没有收集完，请看上面的错误。")


def demo(options: argparse.Namespace) -> int:
    gc.disable()  # everything made here lives to the end: looking for garbage in it costs a tenth
    django()
    with collecting_static_files():
        migrate_database()
        from qcy.delivery.web.clock import current_moment
        from qcy.demo import build_demo
        from qcy.kernel.local_time import local_day

        today = date.fromisoformat(options.today) if options.today else local_day(current_moment())
        print(build_demo(seed=int(options.seed), today=today))
    return 0


def load_node_file(options: argparse.Namespace) -> int:
    django()
    from qcy.engines.catalogue.node_files import load_whole_node

    return _load_file(options.file, load_whole_node, "节点", _what_was_loaded)


def _what_was_loaded(loaded: Any) -> str:
    lines = [f"{loaded.node.name}：/n/{loaded.node.slug}/，已开放 {loaded.offered} 个事项。"]
    if loaded.passwords:
        lines.append("初始密码只显示这一次，请当面交给本人，登录后修改：")
    return "\n".join([*lines, *(f"  {email}  {password}" for email, password in loaded.passwords.items())])


def load_matter_file(options: argparse.Namespace) -> int:
    django()
    from qcy.engines.catalogue.services import load_matter

    return _load_file(options.file, load_matter, "事项")


def lint_matter_file(options: argparse.Namespace) -> int:
    """Exit code 1 if something contradicts itself; warnings alone are printed and pass."""
    django()
    from qcy.engines.catalogue.files import read_file
    from qcy.engines.catalogue.lint import Severity, lint
    from qcy.kernel.refusals import Refused

    try:
        found = lint(read_file(options.file.name, options.file.read_bytes()))
    except (OSError, Refused) as fault:
        print(_in_words(fault, options.file), file=sys.stderr)
        return 1
    words = {Severity.ERROR: "要改", Severity.WARNING: "提醒"}
    for finding in found:
        print(f"{words[finding.severity]}  {finding.rule}  {finding.say}")
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    print(f"{options.file.name}：{errors} 处要改，{len(found) - errors} 处提醒。")
    return 1 if errors else 0


def load_calendar_file(options: argparse.Namespace) -> int:
    django()
    from qcy.foundation.calendars.services import load_calendar_year

    return _load_file(options.file, load_calendar_year, "日历")


def load_figures_file(options: argparse.Namespace) -> int:
    django()
    from qcy.insight.services import load_figures

    return _load_file(options.file, load_figures, "公开数据")


def load_content_file(options: argparse.Namespace) -> int:
    django()
    from qcy.domains.content.seeds import load_content

    return _load_file(options.file, load_content, "内容")


def _load_file(
    file: Path, load: Callable[..., Any], what: str, told: Callable[[Any], str] = lambda loaded: ""
) -> int:
    import yaml

    from qcy.delivery.web.clock import current_moment
    from qcy.foundation.database.scope import unscoped
    from qcy.kernel.refusals import Refusal, Refused

    try:
        document = yaml.safe_load(file.read_text("utf-8"))
        if not isinstance(document, dict):
            raise Refused(
                Refusal("not_a_mapping", why=f"{file.name} 不是{what}文件。", fix="请对照 seeds 里的样例。")
            )
        with unscoped(f"load {what}"):
            loaded = load(document, now=current_moment())
    except (OSError, yaml.MarkedYAMLError, UnicodeDecodeError, Refused) as fault:
        print(f"没有载入：{_in_words(fault, file)}", file=sys.stderr)
        return 1
    print("\n".join(filter(None, [f"已载入{what}：{file.name}", told(loaded)])))
    return 0


def _in_words(fault: Exception, file: Path) -> str:
    if mark := getattr(fault, "problem_mark", None):
        return f"{file.name} 第 {mark.line + 1} 行不是有效的 YAML，请改正后再载入。"
    if isinstance(fault, OSError):
        return f"打不开 {file}，请核对路径。"
    return str(getattr(fault, "refusal", f"{file.name} 不是 UTF-8 文本。"))


def verify_audit(options: argparse.Namespace) -> int:
    django()
    from qcy.foundation.audit.queries import verify_chains
    from qcy.foundation.audit.roots import verify_roots
    from qcy.foundation.database.scope import unscoped

    with unscoped("audit verify"):
        result = verify_chains()
        broken = result.broken or verify_roots()
    print(f"核对 {result.streams} 条链、{result.events} 个事件。")
    if broken:
        print(f"第一个断开的事件：{broken}")
        return 1
    print("全部一致。")
    return 0


def make_root(options: argparse.Namespace) -> int:
    django()
    from qcy.delivery.web.clock import current_moment
    from qcy.foundation.audit.roots import make_daily_root
    from qcy.foundation.database.scope import unscoped

    with unscoped("audit root"):
        make_daily_root({}, current_moment())
    return 0


def show_audit_key(options: argparse.Namespace) -> int:
    django()
    from qcy.foundation.audit.roots import public_key

    print(public_key())
    return 0


def dump_audit(options: argparse.Namespace) -> int:
    """For an outsider: `python3 scripts/verify_dump.py FILE KEY` needs nothing of this program."""
    django()
    from qcy.foundation.audit.roots import dump_lines
    from qcy.foundation.database.scope import unscoped

    with unscoped("audit dump"), Path(options.file).open("w", encoding="utf-8") as file:
        count = sum(bool(file.write(line + "\n")) for line in dump_lines())
    print(f"已写入 {count} 行：{options.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
