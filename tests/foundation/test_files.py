from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from qcy.demo.story import SMALL_PDF
from qcy.foundation.files.inspect import EICAR, MEGABYTE, find_fault, refuse_upload, sniff

XLSX = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SMALL_PDF, "pdf"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"MZ\x90", ""),
        (b"PK\x03\x04", ""),
    ],
)
def test_the_kind_comes_from_the_content(tmp_path: Path, content: bytes, kind: str) -> None:
    assert sniff(written(tmp_path / "x.pdf", content)) == kind


def test_office_files_are_known_by_their_parts(tmp_path: Path) -> None:
    assert sniff(packed(tmp_path / "a", XLSX)) == "xlsx"
    assert sniff(packed(tmp_path / "b", {"word/document.xml": b"<x/>"})) == "docx"
    assert sniff(packed(tmp_path / "c", {"readme.txt": b"hi"})) == ""


@pytest.mark.parametrize(
    ("content", "size", "code"),
    [(b"", 0, "file_empty"), (SMALL_PDF, 21 * MEGABYTE, "file_too_large"), (b"MZ", 2, "file_kind")],
)
def test_a_bad_upload_is_refused_with_a_way_out(tmp_path: Path, content: bytes, size: int, code: str) -> None:
    refusal = refuse_upload(written(tmp_path / "x", content), "执照.pdf", size, ("pdf", "jpg"), 20 * MEGABYTE)
    assert refusal and refusal.code == code and "执照.pdf" in refusal.why and refusal.fix.startswith("请")


def test_structure_check_finds_each_planted_danger_and_passes_clean_files(tmp_path: Path) -> None:
    assert find_fault(written(tmp_path / "ok", SMALL_PDF), "pdf") == ""
    assert find_fault(packed(tmp_path / "fine", XLSX), "xlsx") == ""
    assert "病毒" in find_fault(written(tmp_path / "virus", SMALL_PDF + EICAR), "pdf")
    assert "脚本" in find_fault(written(tmp_path / "script", SMALL_PDF + b"/OpenAction /JavaScript"), "pdf")
    assert "宏" in find_fault(packed(tmp_path / "macro", XLSX | {"xl/vbaProject.bin": b"x"}), "xlsx")
    bomb = XLSX | {f"xl/{n}.xml": b"0" * 30 * MEGABYTE for n in range(8)}
    assert "过大" in find_fault(packed(tmp_path / "bomb", bomb), "xlsx")
