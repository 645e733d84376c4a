"""Units as shown beside numbers; the value is the stable code used in data files."""

from enum import StrEnum


class UnitOfMeasure(StrEnum):
    WAN_YUAN = "wan_yuan"
    YI_YUAN = "yi_yuan"
    YUAN = "yuan"
    PERSON = "person"
    PIECE = "piece"
    COUNT = "count"
    FIRM = "firm"
    ITEM = "item"
    WORKING_DAY = "working_day"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    UnitOfMeasure.WAN_YUAN: "万元",
    UnitOfMeasure.YI_YUAN: "亿元",
    UnitOfMeasure.YUAN: "元",
    UnitOfMeasure.PERSON: "人",
    UnitOfMeasure.PIECE: "件",
    UnitOfMeasure.COUNT: "个",
    UnitOfMeasure.FIRM: "家",
    UnitOfMeasure.ITEM: "项",
    UnitOfMeasure.WORKING_DAY: "工作日",
}
