"""YAML with places: every value knows its line and column; nothing in a file is ever executed.

Scalars stay texts, so that 0.05 is five hundredths and not a binary float. Tags, anchors and duplicate
keys are refused: they hide what a reader of the file would see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LARGEST = 2_000_000
DEEPEST = 40


@dataclass(frozen=True)
class Problem:
    """Something in a file that has to be changed, and how."""

    file: str
    line: int
    column: int
    says: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}：{self.says}"


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, eq=False)
class Written:
    """A value of the file: a text, True/False/None, a tuple of Written or a dict of name to Written."""

    value: Any
    line: int
    column: int
    raw: str = ""
    """A text as it stands in the file from its place on, with line breaks and indents; blanks for quotation marks."""

    @property
    def text(self) -> str:
        """The scalar as it stands in the file."""
        return {True: "true", False: "false", None: ""}.get(self.value, self.value) if self.is_scalar else ""

    @property
    def is_scalar(self) -> bool:
        return not isinstance(self.value, (dict, tuple))

    def place_of(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file of a place in the text, whose lines may have been folded into one."""
        lines = self.text.split("\n")
        before = "".join((*lines[: line - 1], lines[line - 1][: column - 1]))
        skipped = len("".join(before.split()))
        spots = list(_spots(self.raw))
        row, past = spots[min(skipped, len(spots) - 1)] if spots else (0, 0)
        past += max(0, skipped - len(spots) + 1)  # behind the last character
        return self.line + row, past + 1 + (0 if row else self.column - 1)

    def get(self, name: str) -> Written | None:
        return self.value.get(name) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[str, Written]]:
        yield from (self.value.items() if isinstance(self.value, dict) else ())

    def list(self) -> tuple[Written, ...]:
        """Its parts; a single value counts as a list of one."""
        return self.value if isinstance(self.value, tuple) else (self,)

    def plain(self) -> Any:
        """The same without places."""
        if isinstance(self.value, dict):
            return {name: part.plain() for name, part in self.value.items()}
        return [part.plain() for part in self.value] if isinstance(self.value, tuple) else self.value


def _spots(raw: str) -> Iterator[tuple[int, int]]:
    """Row and column, from 0, of everything that is not blank: folding lines leaves it in its order."""
    for row, line in enumerate(raw.split("\n")):
        yield from ((row, column) for column, sign in enumerate(line) if not sign.isspace())


def read_file(path: Path) -> Written:
    """The file as written values; Unreadable with the place of the first mistake."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(Problem(str(path), 1, 1, f"文件太大，最多 {LARGEST // 1_000_000} MB。"))
        text = path.read_text("utf-8")
    except OSError:
        raise Unreadable(Problem(str(path), 1, 1, "打不开这个文件，请核对路径。")) from None
    except UnicodeDecodeError:
        raise Unreadable(Problem(str(path), 1, 1, "文件不是 UTF-8 编码，请另存为 UTF-8。")) from None
    return read_text(text, str(path))


def read_text(text: str, file: str) -> Written:
    try:
        _refuse_aliases(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line, column = _place(wrong.problem_mark or wrong.context_mark)
        raise Unreadable(Problem(file, line, column, f"这里的格式读不懂：{wrong.problem or wrong}")) from None
    except yaml.YAMLError as wrong:
        raise Unreadable(Problem(file, 1, 1, f"这里的格式读不懂：{wrong}")) from None
    except RecursionError:
        raise Unreadable(Problem(file, 1, 1, "层次套得太深。")) from None
    if node is None:
        raise Unreadable(Problem(file, 1, 1, "文件是空的。"))
    return _written(node, file, 0)


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _text(node: yaml.ScalarNode) -> Written:
    """A block begins at the first line with something on it after the indicator."""
    line, column = _place(node.start_mark)
    raw = str(node.start_mark.buffer or "")[node.start_mark.pointer : node.end_mark.pointer]
    if node.style in {"|", ">"}:
        lines = raw.split("\n")
        first = next((number for number, text in enumerate(lines) if number and text.strip()), 0)
        indent = len(lines[first]) - len(lines[first].lstrip()) if first else 0
        line, column, raw = line + first, indent + 1 if first else column, "\n".join(lines[first:])[indent:]
    elif node.style == "'":
        raw = " " + raw[1:-1].replace("''", " '")
    elif node.style == '"':
        raw = " " + raw[1:-1].replace("\\", " ")
    return Written(_scalar(node), line, column, raw)


def _refuse_aliases(text: str, file: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line, column = _place(event.start_mark)
            raise Unreadable(Problem(file, line, column, "不能用别名（*），请把内容写出来。"))


def _written(node: yaml.Node, file: str, depth: int) -> Written:
    line, column = _place(node.start_mark)
    if depth > DEEPEST:
        raise Unreadable(Problem(file, line, column, "层次套得太深。"))
    if isinstance(node, yaml.MappingNode):
        return Written(_mapping(node, file, depth), line, column)
    if isinstance(node, yaml.SequenceNode):
        return Written(tuple(_written(part, file, depth + 1) for part in node.value), line, column)
    assert isinstance(node, yaml.ScalarNode)
    return _text(node)


def _mapping(node: yaml.MappingNode, file: str, depth: int) -> dict[str, Written]:
    result: dict[str, Written] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name or name in result:
            says = f"“{name}”写了两次，请只留一个。" if name else "这里要写一个名字。"
            raise Unreadable(Problem(file, *_place(key.start_mark), says))
        result[name] = _written(value, file, depth + 1)
    return result


_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style is None and node.value in _WORDS:
        return _WORDS[node.value]
    return node.value
