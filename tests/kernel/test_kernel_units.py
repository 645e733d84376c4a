"""Every unit has its word."""

from qcy.kernel.text import compact_code, half_width
from qcy.kernel.units import UnitOfMeasure


def test_every_unit_has_its_word():
    words = ["万元", "亿元", "元", "人", "件", "个", "家", "项", "工作日"]
    assert [unit.label for unit in UnitOfMeasure] == words


def test_only_full_width_forms_are_narrowed():
    assert half_width("４，８２０．００　ＡＢ") == "4,820.00 AB"
    assert half_width("5²①秦") == "5²①秦"


def test_separators_and_invisible_characters_leave_a_code():
    assert compact_code(" ab-c—d\u2212e\u200bf\u00a0g\n") == "ABCDEFG"
