"""统一社会信用代码, GB 32100-2015 (field guide 2.1): 18 characters, the last one computed from the rest."""

from qcy.kernel.refusals import Refusal, Refused, in_row, worded
from qcy.kernel.text import compact_code, listed_misfits

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 symbols: no I O S V Z
LENGTH = 18
_OLD_LENGTH = 15
_REGION = range(2, 8)
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))

_ALPHABET_ONLY = "代码只含数字和大写字母，且不使用 I、O、S、V、Z。"
_FIX_COPY = "请对照营业执照上的统一社会信用代码填写。"


def normalise(text: str) -> str:
    """Half-width, upper case, without spaces and hyphens."""
    return compact_code(text)


def check(text: str) -> Refusal | None:
    """None if the code is well formed, else what is wrong and where; all wrong characters at once.

    The right check character is never told: whoever mistyped must look at the licence again.
    """
    code = normalise(text)
    return _wrong_length(code) or _wrong_letter(code) or _wrong_region(code) or _wrong_check(code)


def parse(text: str) -> str:
    """The normalised code; raises Refused."""
    refusal = check(text)
    if refusal:
        raise Refused(refusal)
    return normalise(text)


def complete(first17: str) -> str:
    """The 17 characters and their check character (for demo and test codes: use region 000000)."""
    body = normalise(first17)
    if len(body) != LENGTH - 1 or not set(body) <= set(ALPHABET):
        raise ValueError(f"complete() needs 17 characters of the code alphabet, not {first17!r}")
    return body + _check_character(body)


def _wrong_length(code: str) -> Refusal | None:
    if len(code) == LENGTH:
        return None
    if len(code) == _OLD_LENGTH and code.isdecimal():
        why = "您填写的是 15 位的旧工商注册号，现在已改用 18 位的统一社会信用代码。"
        return Refusal("uscc_length", why, "请填写换照后营业执照上的 18 位代码。")
    return Refusal(
        "uscc_length", worded("统一社会信用代码应为 18 位，您填写了 {n} 位。", n=len(code)), _FIX_COPY
    )


def _wrong_letter(code: str) -> Refusal | None:
    wrong = [place for place, character in enumerate(code) if character not in ALPHABET]
    if not wrong:
        return None
    why = worded("{misfits}不能出现在统一社会信用代码中。", misfits=listed_misfits(code, wrong))
    return Refusal("uscc_letter", why, in_row((_ALPHABET_ONLY, _FIX_COPY)))


def _wrong_region(code: str) -> Refusal | None:
    wrong = [place for place in _REGION if not code[place].isdecimal()]
    if not wrong:
        return None
    misfits = listed_misfits(code, wrong)
    why = worded("第 3 至 8 位是行政区划，只能是数字，{misfits}不是数字。", misfits=misfits)
    return Refusal("uscc_region", why, _FIX_COPY)


def _wrong_check(code: str) -> Refusal | None:
    if _check_character(code[:-1]) == code[-1]:
        return None
    why = "这个代码没有通过校验，可能有一位输错，或者相邻两位写反了。"
    return Refusal("uscc_check_digit", why, "请对照营业执照逐位核对。")


def _check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(c) for weight, c in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]
