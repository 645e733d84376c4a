"""Policies with points, by hand in OpenFisca: formulas over whole columns in float32."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from columns import FISCAL_YEAR, TODAY
from openfisca_facts import Chain, Level
from openfisca_words import Array, Facts, among, at_least, at_most, best, formula, points, share


@formula(float)
def rd_share(f: Facts) -> Array:
    return share(f("rd_y0"), f("revenue_y0"))


@formula(float)
def main_share(f: Facts) -> Array:
    return share(f("main_revenue_y0"), f("revenue_y0"))


@formula(float)
def debt_ratio(f: Facts) -> Array:
    return share(f("liabilities_y0"), f("assets_y0"))


@formula(bool)
def cn_tsme_2017(f: Facts) -> Array:
    staff = at_least(share(f("tech_staff"), f("employees")), {0.3: 20, 0.25: 16, 0.2: 12, 0.15: 8, 0.1: 4})
    rd = best(
        at_least(share(f("rd_y0"), f("sales_y0")), {0.06: 50, 0.05: 40, 0.04: 30, 0.03: 20, 0.02: 10}),
        at_least(share(f("rd_y0"), f("cost_expense_y0")), {0.3: 50, 0.25: 40, 0.2: 30, 0.15: 20, 0.1: 10}),
    )
    ip = best(at_least(f("ip1"), {1: 30}), at_least(f("ip2"), {4: 24, 3: 18, 2: 12, 1: 6}))
    direct = (
        f("hnte_valid")
        | among(f("nat_award_rank_5y"), 3)
        | _of_province(f("rd_org_level"))
        | among(f("standard_lead_rank_5y"), 5)
    )
    return (
        f("resident_enterprise")
        & (f("employees") <= 500)
        & (f("sales_y0") <= 20000)
        & (f("assets_y0") <= 20000)
        & ~f("product_restricted")
        & ~f("major_incident_1y")
        & ~f("on_bad_list")
        & (((staff + rd + ip >= 60) & (staff != 0)) | direct)
    )


CHECKED = date(2026, 1, 1) <= TODAY
"""Since 2026 some firms that qualify may be visited."""


@formula(bool)
def tsme_few_employees(f: Facts) -> Array:
    return (f("employees") <= 5) & CHECKED


@formula(bool)
def tsme_no_ip(f: Facts) -> Array:
    return (f("ip1") == 0) & (f("ip2") == 0) & CHECKED


@formula(bool)
def tsme_low_rd(f: Facts) -> Array:
    return (f("rd_y0") < 10) & CHECKED


@formula(bool)
def tsme_dishonesty_3y(f: Facts) -> Array:
    return f("serious_dishonesty_3y") & CHECKED


@formula(bool)
def tsme_first_time(f: Facts) -> Array:
    return f("first_time_tsme") & CHECKED


@formula(bool)
def cn_hnte_2016(f: Facts) -> Array:
    """A panel's 0 means that it has given nothing yet: then the least its points can become."""
    rd, sales, domestic = _years(f, "rd"), _years(f, "sales"), _years(f, "rd_domestic")
    floor = np.select(
        [f("sales_y0") <= 5000, f("sales_y0") <= 20000], [np.float32(0.05), np.float32(0.04)], 0.03
    )
    converted = at_least(f("achievements_3y"), {15: 25, 12: 19, 9: 13, 6: 7, 3: 1})
    grown = _growth_points(f, "net_assets") + _growth_points(f, "sales")
    total = (
        f("panel_ip")
        + np.where(f("panel_conversion") > 0, f("panel_conversion"), converted)
        + f("panel_org")
        + np.where(f("panel_growth") > 0, f("panel_growth"), grown)
    )
    return (
        (f("registered_on") <= np.datetime64(TODAY - timedelta(days=365)))
        & f("core_ip_owned")
        & f("hitech_field")
        & (share(f("tech_staff"), f("employees")) >= 0.1)
        & (share(rd, sales) >= floor.astype(np.float32))
        & (share(domestic, rd) >= 0.6)
        & (share(f("hitech_income_y0"), f("total_income_y0")) >= 0.6)
        & (total > 70)
        & ~f("major_incident_1y")
    )


def _had(f: Facts, back: int) -> Array:
    """Whether the firm existed in the fiscal year that many years back."""
    return f("registered_on") <= np.datetime64(date(FISCAL_YEAR - back, 12, 31))


def _years(f: Facts, name: str) -> Array:
    """The sum over three years, without those in which the firm did not exist."""
    return sum(np.where(_had(f, back), f(f"{name}_y{back}"), np.float32(0)) for back in (0, 1, 2))


def _growth_points(f: Facts, name: str) -> Array:
    """From the mean growth of two years, or from one where there were no more."""
    last, before, earlier = f(f"{name}_y0"), f(f"{name}_y1"), f(f"{name}_y2")
    newest = share(last, before)
    two = (share(before, earlier) + newest) / 2 - 1
    growth = np.where(_had(f, 2) & (earlier > 0), two, newest - 1)
    growth = np.where(_had(f, 1) & (before > 0), growth, np.float32(0))
    bands = [growth >= end for end in (0.35, 0.25, 0.15, 0.05)]
    return points([*bands, growth > 0], [9, 7, 5, 3, 1])


@formula(bool)
def cn_isme_2022(f: Facts) -> Array:
    innovation = best(
        at_least(f("ip1_high_value"), {1: 20}),
        at_least(f("ip1_self_developed"), {1: 15}),
        at_least(f("ip1"), {1: 10}),
        at_least(f("ip2"), {1: 5}),
    ) + at_least(f("rd_share"), {0.05: 20, 0.03: 15, 0.02: 10, 0.01: 5})
    growth = at_least(
        share(f("main_revenue_y0"), f("main_revenue_y1")) - 1, {0.15: 20, 0.1: 15, 0.05: 10, 0: 5}
    ) + at_most(f("debt_ratio"), {0.55: 10, 0.75: 5})
    field = np.where(f("strategic_industry"), np.int16(10), np.int16(5))
    special = field + at_least(f("main_share"), {0.7: 20, 0.6: 15, 0.55: 10, 0.5: 5})
    direct = (
        (f("nat_award_rank_3y") >= 1)
        | (f("prov_award_rank_3y") >= 1)
        | f("hnte_valid")
        | f("demo_title_valid")
        | _of_province(f("rd_org_level"))
        | (f("equity_in_y0") + f("equity_in_y1") + f("equity_in_y2") >= 500)
    )
    scored = (innovation + growth + special >= 60) & (innovation >= 20) & (growth >= 15) & (special >= 15)
    return (
        f("resident_enterprise")
        & f("legal_person")
        & ~f("is_large")
        & ~f("on_bad_list")
        & ~f("product_restricted")
        & ~f("major_incident_3y")
        & (scored | direct)
    )


def _of_province(level: Array) -> Array:
    """Recognised by the province or above."""
    return (level == Level.provincial) | (level == Level.national)


@formula(bool)
def cn_srdi_2022(f: Facts) -> Array:
    equity = f("equity_in_y0") + f("equity_in_y1")
    direct = (
        among(f("prov_award_rank_3y"), 3)
        | among(f("nat_award_rank_3y"), 5)
        | (f("rd_y0") + f("rd_y1") >= 2000)
        | (equity >= 6000)
        | f("maker_china_top500_3y")
    )
    total = _specialisation(f) + _refinement(f) + f("local_feature_score") + _innovation(f)
    return (
        (f("segment_years") >= 2)
        & (f("rd_y0") >= 100)
        & (f("rd_share") >= 0.03)
        & ((f("revenue_y0") >= 1000) | (equity >= 2000))
        & ((total >= 60) | direct)
    )


def _specialisation(f: Facts) -> Array:
    last, before, earlier = f("main_revenue_y0"), f("main_revenue_y1"), f("main_revenue_y2")
    growth = (share(last, before) + share(before, earlier)) / 2 - 1
    field = f("chain_field")
    return (
        at_least(f("main_share"), {0.8: 5, 0.7: 3, 0.6: 1})
        + at_least(growth, {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0: 2})
        + at_least(f("segment_years"), {10: 5, 8: 4, 6: 3, 4: 2, 2: 1})
        + points(
            [field == Chain.key_link, (field == Chain.six_base) | (field == Chain.time_honoured)], [5, 3]
        )
    )


def _refinement(f: Facts) -> Array:
    margin = share(f("net_profit_y0"), f("revenue_y0"))
    return (
        at_least(f("digital_level"), {3: 5, 2: 3})
        + at_least(f("quality_items"), {2: 5, 1: 3})
        + at_least(margin, {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.02: 2})
        + at_most(f("debt_ratio"), {0.5: 5, 0.6: 3, 0.7: 1})
    )


def _innovation(f: Facts) -> Array:
    level = f("rd_org_level")
    levels = [
        level == Level.national,
        level == Level.provincial,
        level == Level.city,
        level == Level.below_city,
    ]
    return (
        best(
            at_least(f("ip1_high_value"), {1: 10}),
            at_least(f("ip1_self_developed"), {1: 8}),
            at_least(f("ip1"), {1: 6}),
            at_least(f("ip2"), {1: 2}),
        )
        + best(
            at_least(f("rd_y0"), {500: 10, 400: 8, 300: 6, 200: 4, 100: 2}),
            at_least(f("rd_share"), {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.03: 2}),
        )
        + at_least(share(f("rd_staff"), f("employees")), {0.2: 5, 0.1: 3, 0.05: 1})
        + points(levels, [10, 8, 4, 2])
    )
