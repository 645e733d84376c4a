"""Policies of conditions alone, by hand in Polars: sizes, titles, technology centres, makerspaces."""

from __future__ import annotations

import polars as pl
from columns import APPLICATION
from polars_words import c, firm_size, is_large, share

Outputs = dict[str, pl.Expr]


def sme_size() -> Outputs:
    """cn.sme_size.2011: the class itself, and whether it is one of the three below large."""
    return {"cn.sme_size.2011": ~is_large(), "firm_size": firm_size()}


def srdi_2026() -> Outputs:
    exempt = (
        c("prov_award_rank_3y").is_between(1, 3)
        | c("nat_award_rank_3y").is_between(1, 3)
        | c("rd_org_level").is_in(["provincial", "national"])
    )
    again = pl.lit(APPLICATION == "recheck") & (c("platform_score_prev") >= 50)
    qualifies = (
        c("resident_enterprise")
        & ~is_large()
        & ~c("on_bad_list")
        & ~c("major_incident_3y")
        & (c("tsme_valid") | c("isme_valid"))
        & (c("segment_years") >= 3)
        & ((c("revenue_y0") >= 1500) | (c("equity_in_y0") + c("equity_in_y1") >= 2000))
        & (share(c("main_revenue_y0"), c("revenue_y0")) >= 0.8)
        & (share(c("liabilities_y0"), c("assets_y0")) <= 0.8)
        & (c("rd_y0") >= 100)
        & (share(c("rd_y0"), c("revenue_y0")) >= 0.03)
        & (c("rd_y1") >= 100)
        & (share(c("rd_y1"), c("revenue_y1")) >= 0.03)
        & ((c("ip1_earning") >= 1) | exempt)
        & c("market_position_leading")
        & ((c("platform_score") >= 50) | again)
    )
    return {"cn.srdi.2026": qualifies}


def lg_2026() -> Outputs:
    qualifies = (
        c("srdi_valid")
        & (c("segment_years") >= 3)
        & (c("revenue_y0") >= 5000)
        & (share(c("main_revenue_y0"), c("revenue_y0")) >= 0.9)
        & (share(c("revenue_y0"), c("revenue_y2")) >= 1.1025)
        & (share(c("liabilities_y0"), c("assets_y0")) <= 0.75)
        & (c("rd_y0") + c("rd_y1") >= 1200)
        & (share(c("rd_y0"), c("revenue_y0")) >= 0.03)
        & (share(c("rd_y1"), c("revenue_y1")) >= 0.03)
        & ((c("ip1_earning_own") >= 4) | c("nat_award_rank_3y").is_between(1, 3))
        & ((c("market_share") >= 0.1) | c("domestic_rank").is_between(1, 3))
        & c("chain_field").is_in(["six_base", "key_link"])
        & (c("platform_score") >= 60)
        & ~c("champion_valid")
        & ~c("group_has_lg")
    )
    return {"cn.lg.2026": qualifies}


def champion() -> Outputs:
    average = (c("main_revenue_y0") + c("main_revenue_y1") + c("main_revenue_y2")) / 3
    floor = pl.when(c("srdi_valid") | c("lg_valid")).then(20000).otherwise(40000)
    qualifies = (
        ((c("segment_years") >= 10) | (c("new_product") & (c("segment_years") >= 5)))
        & (average >= floor)
        & c("global_rank").is_between(1, 3)
        & c("tech_internationally_advanced")
        & ~c("product_restricted")
        & ~c("major_incident_3y")
        & ~c("serious_dishonesty_3y")
    )
    return {"cn.champion.2023": qualifies}


def etc_2016() -> Outputs:
    qualifies = (
        (c("rd_y0") >= 1500)
        & (c("rd_staff") >= 150)
        & (c("rd_equipment") >= 2000)
        & (c("prov_etc_years") >= 2)
        & ~c("serious_dishonesty_3y")
        & ~c("parent_has_etc")
        & c("etc_expert_ok")
    )
    return {"cn.etc.2016": qualifies}


def etc_2026() -> Outputs:
    qualifies = (
        (c("rd_y0") >= 3000)
        & (c("rd_staff") >= 150)
        & (c("rd_equipment") >= 3000)
        & ~c("serious_dishonesty_3y")
        & ~c("parent_has_etc")
        & c("etc_expert_ok")
    )
    return {"cn.etc.2026": qualifies}


def makerspace() -> Outputs:
    qualifies = (
        c("clear_direction")
        & c("dedicated_operator")
        & (c("operating_months") >= 18)
        & ((c("carrier_area") >= 500) | (c("desks") >= 30))
        & (share(c("open_area"), c("carrier_area")) >= 0.75)
        & (c("teams_served") >= 20)
        & ((c("new_companies") >= 10) | (c("funded_teams") >= 5))
        & (c("typical_cases") >= 3)
        & (c("service_staff") >= 3)
        & (c("mentors") >= 3)
        & (c("events") >= 10)
        & c("statistics_filed")
    )
    return {"cn.makerspace.2017": qualifies}
