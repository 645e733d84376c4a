"""Codes printed on results, by which anyone can check that a paper is genuine.

18 symbols: 17 carry 84 bits of a keyed hash, so that no code can be guessed or made without the key;
the last one catches typing errors before any look-up.
"""

import hashlib
import hmac
from uuid import UUID

from qcy.kernel.refusals import Refusal, worded
from qcy.kernel.text import compact_code, listed_misfits

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime; no 0 1 I L O, which look alike
LENGTH = 18
_BASE = len(ALPHABET)
_GROUP = 6
_LOCATOR = 4
_PURPOSE = b"qcy.verification.1:"  # the same key may serve elsewhere; its hashes must not be codes

# Distinct and non-zero mod 31, the check symbol's own weight being -1. Hence every substitution of one
# symbol and every swap of two different ones changes the sum.
_WEIGHTS = range(1, LENGTH)


def code_for(key: bytes, document_id: UUID) -> str:
    """The code of a document: never stored whole, always recomputed from the key."""
    if not key:
        raise ValueError("code_for: an empty key would let anyone make codes")
    digest = hmac.digest(key, _PURPOSE + document_id.bytes, hashlib.sha256)
    number = int.from_bytes(digest, "big")
    data = "".join(ALPHABET[number // _BASE**place % _BASE] for place in range(LENGTH - 1))
    return data + _check_symbol(data)


def display(code: str) -> str:
    """7K4M9Q-HTD8VR-C2X5WA, as printed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def normalise(text: str) -> str:
    """Half-width, upper case, without spaces and hyphens."""
    return compact_code(text)


def locator(code: str) -> str:
    """The first four symbols: enough to find candidates, too little to pass as the code."""
    return normalise(code)[:_LOCATOR]


def check(text: str) -> Refusal | None:
    """None if the code is typed correctly (it may still belong to no document)."""
    code = normalise(text)
    return _wrong_length(code) or _wrong_letter(code) or _wrong_check(code)


def _wrong_length(code: str) -> Refusal | None:
    if len(code) == LENGTH:
        return None
    why = worded("验证码应为 {length} 位，您填写了 {n} 位。", length=LENGTH, n=len(code))
    return Refusal("code_length", why, "请对照文件上的验证码完整填写，连字符可以省略。")


def _wrong_letter(code: str) -> Refusal | None:
    wrong = [place for place, symbol in enumerate(code) if symbol not in ALPHABET]
    if not wrong:
        return None
    why = worded("{misfits}不会出现在验证码中。", misfits=listed_misfits(code, wrong))
    return Refusal("code_letter", why, "验证码不使用数字 0、1 和字母 I、L、O，请对照文件核对。")


def _wrong_check(code: str) -> Refusal | None:
    if _check_symbol(code[:-1]) == code[-1]:
        return None
    return Refusal("code_check", "验证码可能有一位输错，或者两位写反了。", "请对照文件逐位核对。")


def _check_symbol(data: str) -> str:
    total = sum(weight * ALPHABET.index(symbol) for weight, symbol in zip(_WEIGHTS, data, strict=True))
    return ALPHABET[total % _BASE]
