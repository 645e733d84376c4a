"""What happens to each demo case: a pure function of seed and day, before any row is written."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from qcy.kernel import uscc
from qcy.kernel.calendar import Calendar

FIRMS = 40  # with a story at 沣西 each
OTHERS = 60  # with cases of all kinds elsewhere
REGISTERED = 400  # all firms the register knows
INSTITUTIONS = 30
CASES = 60
FIELDS = ("智能装备", "新材料", "光电芯片", "生物医药", "工业软件", "氢能装备", "航空零部件", "检测服务")
SUBJECT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class DemoFirm:
    index: int
    code: str
    name: str
    phone: str
    contact: str
    headcount: int
    tech_staff: int
    sales: str
    assets: str
    costs: str
    rd: str
    patents: int


@dataclass(frozen=True)
class DemoCase:
    firm: DemoFirm
    ending: str  # submitted, accepted, granted, refused, not_accepted, withdrawn, or a turn it has taken
    submitted: date
    accepted: date | None = None
    decided: date | None = None
    rating: int = 0
    taken: bool = False  # a clerk has it on the desk


def make_firms(seed: int, count: int = FIRMS) -> list[DemoFirm]:
    """The first firms are the same whatever the count."""
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    return [_firm(dice, number) for number in range(1, count + 1)]


def _firm(dice: random.Random, number: int) -> DemoFirm:
    headcount = dice.randint(12, 320)
    sales = dice.randint(300, 18_000)
    return DemoFirm(
        index=number,
        code=_code(dice, number),
        name=f"演示企业 {number:02d}（{FIELDS[number % len(FIELDS)]}）",
        phone=f"1380000{number:04d}",
        contact=f"演示联系人 {number:02d}",
        headcount=headcount,
        tech_staff=round(headcount * dice.uniform(0.08, 0.5)),
        sales=f"{sales:,}.00",
        assets=f"{round(sales * dice.uniform(0.6, 1.1)):,}.00",
        costs=f"{round(sales * dice.uniform(0.8, 0.98)):,}.00",
        rd=f"{sales * dice.uniform(0.02, 0.09):,.2f}",
        patents=dice.choice((0, 1, 2, 3, 3, 5)),
    )


def _code(dice: random.Random, number: int) -> str:
    """A valid check code in region 000000, which no real organisation has."""
    subject = f"MA{number:02d}" + "".join(
        dice.choice(SUBJECT_LETTERS) for _ in range(7 - len(f"{number:02d}"))
    )
    return uscc.complete(f"91000000{subject.replace('L', 'M')}")


def institution_codes() -> list[str]:
    """Thirty codes in region 000000 that none of the firms has."""
    return [uscc.complete(f"52000000MJ{number:02d}00000") for number in range(1, INSTITUTIONS + 1)]


# how the newest case of each of the 40 firms stands; the other 20 cases are earlier, ended ones
LATEST = (  # sums to FIRMS
    ["submitted"] * 6
    + ["correcting"] * 2
    + ["corrected"] * 1
    + ["accepted"] * 9
    + ["supplementing"] * 2
    + ["suspended"] * 1
    + ["extended"] * 1
    + ["granted"] * 15
    + ["refused"] * 3
)
BEFORE_ACCEPTANCE = frozenset({"correcting", "corrected"})
AFTER_ACCEPTANCE = frozenset({"supplementing", "suspended", "extended"})
EARLIER = ["not_accepted"] * 9 + ["withdrawn"] * 6 + ["refused"] * 5  # sums to CASES - FIRMS


def make_cases(seed: int, today: date, calendar: Calendar, firms: list[DemoFirm]) -> list[DemoCase]:
    dice = random.Random(seed + 1)  # noqa: S311
    latest = [
        _latest(dice, calendar, today, firm, ending) for firm, ending in zip(firms, LATEST, strict=True)
    ]
    returning = [case.firm for case in latest if case.ending != "refused"][: len(EARLIER)]
    earlier = [_earlier(dice, calendar, today, f, e) for f, e in zip(returning, EARLIER, strict=True)]
    return sorted(earlier + latest, key=lambda case: (case.submitted, case.firm.index))


def _latest(dice: random.Random, calendar: Calendar, today: date, firm: DemoFirm, ending: str) -> DemoCase:
    if ending == "submitted":
        return DemoCase(
            firm,
            ending,
            back(calendar, today, dice.choice((0, 1, 1, 2, 3, 4, 5, 6))),
            taken=dice.random() < 0.5,
        )
    if ending == "accepted":
        accepted = back(calendar, today, dice.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9)))
        return DemoCase(
            firm, ending, back(calendar, accepted, dice.randint(0, 3)), accepted, taken=dice.random() < 0.6
        )
    if ending in BEFORE_ACCEPTANCE:
        turned = back(calendar, today, dice.randint(1, 4))
        return DemoCase(firm, ending, back(calendar, turned, 2), decided=turned, taken=True)
    if ending in AFTER_ACCEPTANCE:
        turned = back(calendar, today, dice.randint(1, 3))
        accepted = back(calendar, turned, dice.randint(1, 4))
        return DemoCase(firm, ending, back(calendar, accepted, 1), accepted, turned, taken=True)
    decided = back(calendar, today, dice.randint(0, 5))
    accepted = back(calendar, decided, dice.randint(2, 6))
    submitted = back(calendar, accepted, dice.randint(0, 2))
    return DemoCase(firm, ending, submitted, accepted, decided, rating=dice.choice((0, 5, 5, 4, 4, 3, 2)))


def _earlier(dice: random.Random, calendar: Calendar, today: date, firm: DemoFirm, ending: str) -> DemoCase:
    submitted = back(calendar, today, dice.randint(17, 19))
    accepted = back(calendar, today, 16)
    if ending == "refused":
        return DemoCase(
            firm, ending, submitted, accepted, back(calendar, today, 15), rating=dice.choice((0, 3, 2))
        )
    return DemoCase(firm, ending, submitted, decided=accepted)


def back(calendar: Calendar, day: date, working_days: int) -> date:
    """So many working days before `day` (itself moved back to a working day)."""
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    for _ in range(working_days):
        day -= timedelta(days=1)
        while not calendar.is_working_day(day):
            day -= timedelta(days=1)
    return day
