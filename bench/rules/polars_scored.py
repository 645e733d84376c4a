"""Policies with points, by hand in Polars. A missing fact is null: its condition is not met, its band gives nothing."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from columns import FISCAL_YEAR, TODAY
from polars_words import at_least, at_most, best, c, is_large, share

Outputs = dict[str, pl.Expr]


def tsme() -> Outputs:
    """cn.tsme.2017 with its five flags."""
    staff = at_least(share(c("tech_staff"), c("employees")), {0.3: 20, 0.25: 16, 0.2: 12, 0.15: 8, 0.1: 4})
    rd = best(
        at_least(share(c("rd_y0"), c("sales_y0")), {0.06: 50, 0.05: 40, 0.04: 30, 0.03: 20, 0.02: 10}),
        at_least(share(c("rd_y0"), c("cost_expense_y0")), {0.3: 50, 0.25: 40, 0.2: 30, 0.15: 20, 0.1: 10}),
    )
    ip = best(at_least(c("ip1"), {1: 30}), at_least(c("ip2"), {4: 24, 3: 18, 2: 12, 1: 6}))
    direct = (
        c("hnte_valid")
        | c("nat_award_rank_5y").is_between(1, 3)
        | c("rd_org_level").is_in(["provincial", "national"])
        | c("standard_lead_rank_5y").is_between(1, 5)
    )
    qualifies = (
        c("resident_enterprise")
        & (c("employees") <= 500)
        & (c("sales_y0") <= 20000)
        & (c("assets_y0") <= 20000)
        & ~c("product_restricted")
        & ~c("major_incident_1y")
        & ~c("on_bad_list")
        & (((staff + rd + ip >= 60) & (staff != 0)) | direct)
    )
    return {"cn.tsme.2017": qualifies, **_tsme_flags()}


def _tsme_flags() -> Outputs:
    checked = pl.lit(date(2026, 1, 1) <= TODAY)
    return {
        "tsme few_employees": (c("employees") <= 5) & checked,
        "tsme no_ip": (c("ip1") == 0) & (c("ip2") == 0) & checked,
        "tsme low_rd": (c("rd_y0") < 10) & checked,
        "tsme dishonesty_3y": c("serious_dishonesty_3y") & checked,
        "tsme first_time": c("first_time_tsme") & checked,
    }


def hnte() -> Outputs:
    """cn.hnte.2016. Points a panel has not given yet count with the least they can become."""
    had = [c("registered_on") <= date(FISCAL_YEAR - back, 12, 31) for back in (0, 1, 2)]
    rd, sales, domestic = (_years(fact, had) for fact in ("rd", "sales", "rd_domestic"))
    floor = pl.when(c("sales_y0") <= 5000).then(0.05).when(c("sales_y0") <= 20000).then(0.04).otherwise(0.03)
    growth_bands = {0.35: 9, 0.25: 7, 0.15: 5, 0.05: 3}
    growth_points = sum(
        pl.when(growth > 0).then(pl.max_horizontal(at_least(growth, growth_bands), 1)).otherwise(0)
        for growth in (_growth("net_assets", had), _growth("sales", had))
    )
    converted = at_least(c("achievements_3y"), {15: 25, 12: 19, 9: 13, 6: 7, 3: 1})
    points = (
        c("panel_ip").fill_null(0)
        + pl.coalesce("panel_conversion", converted)
        + c("panel_org").fill_null(0)
        + pl.coalesce(c("panel_growth"), growth_points)
    )
    qualifies = (
        (c("registered_on") <= TODAY - timedelta(days=365))
        & c("core_ip_owned")
        & c("hitech_field")
        & (share(c("tech_staff"), c("employees")) >= 0.1)
        & (share(rd, sales) >= floor)
        & (share(domestic, rd) >= 0.6)
        & (share(c("hitech_income_y0"), c("total_income_y0")) >= 0.6)
        & (points > 70)
        & ~c("major_incident_1y")
    )
    return {"cn.hnte.2016": qualifies}


def _years(fact: str, had: list[pl.Expr]) -> pl.Expr:
    """The sum over three years, without those in which the firm did not exist."""
    parts = [pl.when(had[back]).then(c(f"{fact}_y{back}")).otherwise(0) for back in (0, 1, 2)]
    return parts[0] + parts[1] + parts[2]


def _growth(fact: str, had: list[pl.Expr]) -> pl.Expr:
    """The mean growth of two years, or of one where there were no more."""
    last, before, earlier = c(f"{fact}_y0"), c(f"{fact}_y1"), c(f"{fact}_y2")
    two = (before / earlier + last / before) / 2 - 1
    return pl.when(had[1] & (before > 0)).then(
        pl.when(had[2] & (earlier > 0)).then(two).otherwise(last / before - 1)
    )


def isme() -> Outputs:
    """cn.isme.2022."""
    innovation = best(
        at_least(c("ip1_high_value"), {1: 20}),
        at_least(c("ip1_self_developed"), {1: 15}),
        at_least(c("ip1"), {1: 10}),
        at_least(c("ip2"), {1: 5}),
    ) + at_least(share(c("rd_y0"), c("revenue_y0")), {0.05: 20, 0.03: 15, 0.02: 10, 0.01: 5})
    growth = at_least(
        share(c("main_revenue_y0"), c("main_revenue_y1")) - 1, {0.15: 20, 0.1: 15, 0.05: 10, 0: 5}
    ) + at_most(share(c("liabilities_y0"), c("assets_y0")), {0.55: 10, 0.75: 5})
    field = pl.when(c("strategic_industry")).then(10).otherwise(5)
    main = share(c("main_revenue_y0"), c("revenue_y0"))
    special = field + at_least(main, {0.7: 20, 0.6: 15, 0.55: 10, 0.5: 5})
    direct = (
        (c("nat_award_rank_3y") >= 1)
        | (c("prov_award_rank_3y") >= 1)
        | c("hnte_valid")
        | c("demo_title_valid")
        | c("rd_org_level").is_in(["provincial", "national"])
        | (c("equity_in_y0") + c("equity_in_y1") + c("equity_in_y2") >= 500)
    )
    scored = (innovation + growth + special >= 60) & (innovation >= 20) & (growth >= 15) & (special >= 15)
    qualifies = (
        c("resident_enterprise")
        & c("legal_person")
        & ~is_large()
        & ~c("on_bad_list")
        & ~c("product_restricted")
        & ~c("major_incident_3y")
        & (scored | direct)
    )
    return {"cn.isme.2022": qualifies}


def srdi_2022() -> Outputs:
    """cn.srdi.2022, for applications before April 2026."""
    equity, ratio = c("equity_in_y0") + c("equity_in_y1"), share(c("rd_y0"), c("revenue_y0"))
    direct = (
        c("prov_award_rank_3y").is_between(1, 3)
        | c("nat_award_rank_3y").is_between(1, 5)
        | (c("rd_y0") + c("rd_y1") >= 2000)
        | (equity >= 6000)
        | c("maker_china_top500_3y")
    )
    points = _specialisation() + _refinement() + c("local_feature_score").fill_null(0) + _innovation(ratio)
    qualifies = (
        (c("segment_years") >= 2)
        & (c("rd_y0") >= 100)
        & (ratio >= 0.03)
        & ((c("revenue_y0") >= 1000) | (equity >= 2000))
        & ((points >= 60) | direct)
    )
    return {"cn.srdi.2022": qualifies}


def _specialisation() -> pl.Expr:
    last, before, earlier = c("main_revenue_y0"), c("main_revenue_y1"), c("main_revenue_y2")
    growth = (share(last, before) + share(before, earlier)) / 2 - 1
    field = c("chain_field")
    return (
        at_least(share(last, c("revenue_y0")), {0.8: 5, 0.7: 3, 0.6: 1})
        + at_least(growth, {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0: 2})
        + at_least(c("segment_years"), {10: 5, 8: 4, 6: 3, 4: 2, 2: 1})
        + pl.when(field == "key_link")
        .then(5)
        .when(field.is_in(["six_base", "time_honoured"]))
        .then(3)
        .otherwise(0)
    )


def _refinement() -> pl.Expr:
    margin = share(c("net_profit_y0"), c("revenue_y0"))
    return (
        at_least(c("digital_level"), {3: 5, 2: 3})
        + at_least(c("quality_items"), {2: 5, 1: 3})
        + at_least(margin, {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.02: 2})
        + at_most(share(c("liabilities_y0"), c("assets_y0")), {0.5: 5, 0.6: 3, 0.7: 1})
    )


def _innovation(ratio: pl.Expr) -> pl.Expr:
    level = c("rd_org_level")
    return (
        best(
            at_least(c("ip1_high_value"), {1: 10}),
            at_least(c("ip1_self_developed"), {1: 8}),
            at_least(c("ip1"), {1: 6}),
            at_least(c("ip2"), {1: 2}),
        )
        + best(
            at_least(c("rd_y0"), {500: 10, 400: 8, 300: 6, 200: 4, 100: 2}),
            at_least(ratio, {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.03: 2}),
        )
        + at_least(share(c("rd_staff"), c("employees")), {0.2: 5, 0.1: 3, 0.05: 1})
        + pl.when(level == "national")
        .then(10)
        .when(level == "provincial")
        .then(8)
        .when(level == "city")
        .then(4)
        .when(level == "below_city")
        .then(2)
        .otherwise(0)
    )
