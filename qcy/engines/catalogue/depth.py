"""网上办理深度: kept as the national multi-value set, shown as Ⅰ-Ⅳ (field guide 2.4; one way only)."""

from __future__ import annotations

STAGES = {
    "1": "网上咨询",
    "2": "网上收件",
    "3": "网上预审",
    "4": "网上受理",
    "5": "网上办理",
    "6": "网上反馈结果",
    "7": "电子证照送达",
    "8": "其他",
}
_LEVELS = (("Ⅳ", {"6", "7"}), ("Ⅲ", {"4"}), ("Ⅱ", {"2", "3"}))
FULLY_ONLINE = "Ⅳ"


def stages_of(stored: str) -> list[str]:
    """`1^2^4` as its stages; ValueError names what is none."""
    found = [part for part in str(stored).split("^") if part]
    if unknown := [part for part in found if part not in STAGES]:
        raise ValueError(f"网上办理深度里的 {'、'.join(unknown)} 不在 1 至 8 之间。")
    return found


def level_of(stored: str) -> str:
    """Ⅰ to Ⅳ: 6 or 7 present is Ⅳ, 4 is Ⅲ, 2 or 3 is Ⅱ, else Ⅰ."""
    stages = set(stages_of(stored))
    return next((level for level, any_of in _LEVELS if stages & any_of), "Ⅰ")


def depth_text(stored: str) -> str:
    return f"{level_of(stored)} 级（{'、'.join(STAGES[stage] for stage in stages_of(stored))}）"
