"""Every text of the interface has its English, with the same placeholders; the compiled file is the written one."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%|</?\w+>")


def tool() -> Any:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "scripts" / "messages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first(text: Any) -> str:
    return text if isinstance(text, str) else text[0]


def test_the_catalogue_holds_exactly_what_pages_and_code_say():
    written = {first(m.id) for m in read_po(io.BytesIO(tool().PO.read_bytes())) if m.id}
    said = {first(said) for said, _place in tool().messages() if tool().CHINESE.search(first(said))}
    assert written == said, "run scripts/messages.py"


def test_every_text_has_its_english_with_the_same_placeholders():
    for message in read_po(io.BytesIO(tool().PO.read_bytes())):
        if not message.id:
            continue
        texts = (message.string,) if isinstance(message.string, str) else message.string
        for text in texts:
            assert text, f"no English: {message.id}"
            assert sorted(PLACEHOLDERS.findall(text)) == sorted(PLACEHOLDERS.findall(first(message.id))), text


def test_the_compiled_catalogue_is_the_written_one():
    po = tool().PO
    assert po.with_suffix(".mo").read_bytes() == tool().mo_of(po.read_bytes()), "run scripts/messages.py"


NUMBER_AND_NOUN = re.compile(r"(?:%\((?:n|days_left|left)\)[sd]|\{n\}) (?:\w+ ){0,2}?[a-z]+s\b")
ALWAYS_MANY = {  # a constant of the platform, or the whole catalogue
    "只收 .xlsx，最大 20 MB、{n} 行；只读第一个工作表。",
    "%(n)s 个事项，%(m)s 个节点同一套标准，办事不收费。",
}


def test_a_number_before_an_english_noun_has_its_singular():
    for message in read_po(io.BytesIO(tool().PO.read_bytes())):
        if isinstance(message.id, str) and message.id not in ALWAYS_MANY:
            assert not NUMBER_AND_NOUN.search(message.string), f"no singular: {message.string}"
