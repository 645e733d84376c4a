"""What a file is and whether its structure is safe: pure functions over bytes on disk.

This is a 格式检查, not a virus scan: an operator plugs a scanner in through `SCANNERS`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from qcy.kernel.refusals import Refusal, in_row, worded

MEGABYTE = 1024 * 1024
SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),
)
OFFICE_PARTS = (("xl/workbook.xml", "xlsx"), ("word/document.xml", "docx"))
KIND_NAMES = {"pdf": "PDF", "jpg": "JPG", "png": "PNG", "xlsx": "xlsx", "docx": "docx"}
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
MOST_PARTS = 2_000
MOST_UNPACKED = 200 * MEGABYTE


def sniff(path: Path) -> str:
    """The kind by content: pdf, jpg, png, xlsx, docx, or "" when it is none of them."""
    with path.open("rb") as file:
        head = file.read(16)
    kind = next((kind for mark, kind in SIGNATURES if head.startswith(mark)), "")
    return _office_kind(path) if kind == "zip" else kind


def _office_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
    except zipfile.BadZipFile:
        return ""
    return next((kind for part, kind in OFFICE_PARTS if part in parts), "")


def refuse_upload(
    path: Path, name: str, size: int, kinds: tuple[str, ...], most_bytes: int
) -> Refusal | None:
    """Whether an upload is taken at all; the sentence says what was wrong and what to do."""
    allowed = in_row(tuple(KIND_NAMES[kind] for kind in kinds), chinese="、", between=", ")
    if size == 0:
        why = worded("“{name}”是空文件（0 字节）。", name=name)
        return Refusal("file_empty", why=why, fix="请打开原文件确认有内容后重新上传。")
    if size > most_bytes:
        return too_large(name, size, most_bytes)
    if sniff(path) not in kinds:
        why = worded("“{name}”的内容不是 {allowed}，改文件名不能改变内容。", name=name, allowed=allowed)
        return Refusal("file_kind", why=why, fix=worded("请另存为 {allowed} 后重新上传。", allowed=allowed))
    return None


def too_large(name: str, size: int, most_bytes: int) -> Refusal:
    has, most = f"{size / MEGABYTE:.1f}", most_bytes // MEGABYTE
    why = worded("“{name}”有 {has} MB，最大 {most} MB。", name=name, has=has, most=most)
    return Refusal("file_too_large", why=why, fix="请压缩图片或拆成几份后重新上传。")


def disk_full(name: str) -> Refusal:
    why = worded("平台的存储空间不足，“{name}”没有保存，之前上传和填写的内容都还在。", name=name)
    return Refusal("disk_full", why=why, fix="请稍后再上传这个文件；一直不行，请联系节点窗口。")


Check = Callable[[Path, str], str]


def find_fault(path: Path, kind: str) -> str:
    """A sentence when the structure is unsafe, else "". Runs in the worker, outside any request."""
    return next((fault for check in SCANNERS if (fault := check(path, kind))), "")


def _test_virus(path: Path, kind: str) -> str:
    return "文件含有病毒测试串。" if EICAR in path.read_bytes() else ""


def _active_pdf(path: Path, kind: str) -> str:
    if kind == "pdf" and PDF_ACTIVE.search(path.read_bytes()):
        return "PDF 里带有脚本或附件，请重新导出为普通 PDF。"
    return ""


def _unsafe_archive(path: Path, kind: str) -> str:
    if kind not in ("xlsx", "docx"):
        return ""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if any(part.filename.endswith("vbaProject.bin") for part in parts):
        return "文件里带有宏，请另存为不含宏的格式。"
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return "文件解压后过大，请拆成几份。"
    return ""


SCANNERS: list[Check] = [_test_virus, _active_pdf, _unsafe_archive]
