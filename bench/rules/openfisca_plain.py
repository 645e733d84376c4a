"""Policies of conditions alone, by hand in OpenFisca: sizes, titles, technology centres, makerspaces."""

from __future__ import annotations

import numpy as np
from columns import APPLICATION
from openfisca_facts import Chain, Industry, Level
from openfisca_words import Array, Facts, among, formula, share
from size_floors import CLASSES, FLOORS, LARGE, MICRO


@formula(int)
def firm_size(f: Facts) -> Array:
    """The class of the firm: the floors of its industry looked up, then compared."""
    reached = [_reaches(f, place) for place in (0, 1, 2)]
    return np.select(reached, [np.int32(size) for size in CLASSES], np.int32(MICRO))


@formula(bool)
def is_large(f: Facts) -> Array:
    return f("firm_size") == LARGE


def _reaches(f: Facts, place: int) -> Array:
    industries = np.asarray(f("size_industry"))
    met = [
        f(name) >= _floors(place, column)[industries]
        for column, name in enumerate(("employees", "revenue_y0", "assets_y0"))
    ]
    return met[0] & met[1] & met[2]


def _floors(place: int, column: int) -> Array:
    """A floor per industry; nobody reaches the floor of an industry that is not told."""
    floors = [FLOORS[choice.name][place][column] or 0 for choice in Industry if choice != Industry.untold]
    return np.array([*floors, np.inf], np.float32)


@formula(bool)
def cn_sme_size_2011(f: Facts) -> Array:
    return f("firm_size") != LARGE


@formula(float)
def rd_share_before(f: Facts) -> Array:
    return share(f("rd_y1"), f("revenue_y1"))


@formula(bool)
def cn_srdi_2026(f: Facts) -> Array:
    level = f("rd_org_level")
    exempt = (
        among(f("prov_award_rank_3y"), 3)
        | among(f("nat_award_rank_3y"), 3)
        | (level == Level.provincial)
        | (level == Level.national)
    )
    again = (f("platform_score_prev") >= 50) & (APPLICATION == "recheck")
    return (
        f("resident_enterprise")
        & ~f("is_large")
        & ~f("on_bad_list")
        & ~f("major_incident_3y")
        & (f("tsme_valid") | f("isme_valid"))
        & (f("segment_years") >= 3)
        & ((f("revenue_y0") >= 1500) | (f("equity_in_y0") + f("equity_in_y1") >= 2000))
        & (f("main_share") >= 0.8)
        & (f("debt_ratio") <= 0.8)
        & (f("rd_y0") >= 100)
        & (f("rd_share") >= 0.03)
        & (f("rd_y1") >= 100)
        & (f("rd_share_before") >= 0.03)
        & ((f("ip1_earning") >= 1) | exempt)
        & f("market_position_leading")
        & ((f("platform_score") >= 50) | again)
    )


@formula(bool)
def cn_lg_2026(f: Facts) -> Array:
    field = f("chain_field")
    return (
        f("srdi_valid")
        & (f("segment_years") >= 3)
        & (f("revenue_y0") >= 5000)
        & (f("main_share") >= 0.9)
        & (share(f("revenue_y0"), f("revenue_y2")) >= 1.1025)
        & (f("debt_ratio") <= 0.75)
        & (f("rd_y0") + f("rd_y1") >= 1200)
        & (f("rd_share") >= 0.03)
        & (f("rd_share_before") >= 0.03)
        & ((f("ip1_earning_own") >= 4) | among(f("nat_award_rank_3y"), 3))
        & ((f("market_share") >= 0.1) | among(f("domestic_rank"), 3))
        & ((field == Chain.six_base) | (field == Chain.key_link))
        & (f("platform_score") >= 60)
        & ~f("champion_valid")
        & ~f("group_has_lg")
    )


@formula(bool)
def cn_champion_2023(f: Facts) -> Array:
    average = (f("main_revenue_y0") + f("main_revenue_y1") + f("main_revenue_y2")) / 3
    floor = np.where(f("srdi_valid") | f("lg_valid"), np.float32(20000), np.float32(40000))
    return (
        ((f("segment_years") >= 10) | (f("new_product") & (f("segment_years") >= 5)))
        & (average >= floor)
        & among(f("global_rank"), 3)
        & f("tech_internationally_advanced")
        & ~f("product_restricted")
        & ~f("major_incident_3y")
        & ~f("serious_dishonesty_3y")
    )


@formula(bool)
def cn_etc_2016(f: Facts) -> Array:
    return (
        (f("rd_y0") >= 1500)
        & (f("rd_staff") >= 150)
        & (f("rd_equipment") >= 2000)
        & (f("prov_etc_years") >= 2)
        & ~f("serious_dishonesty_3y")
        & ~f("parent_has_etc")
        & f("etc_expert_ok")
    )


@formula(bool)
def cn_etc_2026(f: Facts) -> Array:
    return (
        (f("rd_y0") >= 3000)
        & (f("rd_staff") >= 150)
        & (f("rd_equipment") >= 3000)
        & ~f("serious_dishonesty_3y")
        & ~f("parent_has_etc")
        & f("etc_expert_ok")
    )


@formula(bool)
def cn_makerspace_2017(f: Facts) -> Array:
    return (
        f("clear_direction")
        & f("dedicated_operator")
        & (f("operating_months") >= 18)
        & ((f("carrier_area") >= 500) | (f("desks") >= 30))
        & (share(f("open_area"), f("carrier_area")) >= 0.75)
        & (f("teams_served") >= 20)
        & ((f("new_companies") >= 10) | (f("funded_teams") >= 5))
        & (f("typical_cases") >= 3)
        & (f("service_staff") >= 3)
        & (f("mentors") >= 3)
        & (f("events") >= 10)
        & f("statistics_filed")
    )
