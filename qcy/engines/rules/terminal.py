"""What every command needs: sentences instead of stack traces, the dictionary, packs, facts, a line of progress."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .facts import Dictionary, dictionary_of
from .feel.parse import FeelError
from .packs.load import load_pack
from .packs.model import Pack
from .packs.written import Unreadable, read_file

FACTS = "facts.yaml"


class Stop(Exception):
    """A sentence for the person at the terminal; the command ends with 2."""


def command(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def safe(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except Stop as stop:
            print(stop, file=sys.stderr)
        except FeelError as wrong:
            print(wrong, file=sys.stderr)
        except BrokenPipeError:  # whoever reads the output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return 2

    return safe


def read_dictionary(folder: Path) -> Dictionary:
    """The fact dictionary of a folder of packs."""
    try:
        written = read_file(folder / FACTS).plain()
        return dictionary_of(written["facts"])
    except Unreadable as wrong:
        raise Stop(str(wrong.problem)) from None
    except (KeyError, TypeError, ValueError) as wrong:
        raise Stop(f"{folder / FACTS}：数据字典不完整（{wrong}）。") from None


def pack_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if path.name != FACTS)


def usable(file: Path, dictionary: Dictionary) -> Pack:
    loaded = load_pack(file, dictionary)
    if not loaded.usable or loaded.pack is None:
        raise Stop("\n".join(str(problem) for problem in loaded.problems if not problem.warning))
    return loaded.pack


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"), parse_float=str)
    except OSError:
        raise Stop(f"打不开 {path}，请核对路径。") from None
    except (ValueError, RecursionError) as wrong:
        raise Stop(f"{path} 不是完整的 JSON：{str(wrong)[:200]}") from None


def progress(title: str) -> Callable[[int, int], None]:
    """A counter that rewrites its line; silent where the output is not a terminal."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    return lambda done, total: print(
        f"\r{title} {done}/{total}", end="" if done < total else "\r\033[K", file=sys.stderr
    )
