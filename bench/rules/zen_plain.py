"""Policies of conditions alone, by hand as zen expressions: sizes, titles, technology centres, makerspaces."""

from __future__ import annotations

from columns import APPLICATION
from zen_words import Expressions, every, share, some


def sme_size() -> Expressions:
    return {"cn_sme_size_2011": "size_class != 3", "firm_size": "size_class"}


def srdi_2026() -> Expressions:
    again = "true" if APPLICATION == "recheck" else "false"
    return {
        "main_share": share("main_revenue_y0", "revenue_y0"),
        "debt_ratio": share("liabilities_y0", "assets_y0", 99),
        "rd_share_y0": share("rd_y0", "revenue_y0"),
        "rd_share_y1": share("rd_y1", "revenue_y1"),
        "exempt": some(
            "prov_award_rank_3y in [1..3]",
            "nat_award_rank_3y in [1..3]",
            "rd_org_level in ['provincial', 'national']",
        ),
        "cn_srdi_2026": every(
            "resident_enterprise",
            "size_class != 3",
            "not on_bad_list",
            "not major_incident_3y",
            "tsme_valid or isme_valid",
            "segment_years >= 3",
            "revenue_y0 >= 1500 or equity_in_y0 + equity_in_y1 >= 2000",
            "$.main_share >= 0.8",
            "$.debt_ratio <= 0.8",
            "rd_y0 >= 100 and $.rd_share_y0 >= 0.03",
            "rd_y1 >= 100 and $.rd_share_y1 >= 0.03",
            "ip1_earning >= 1 or $.exempt",
            "market_position_leading",
            f"platform_score >= 50 or ({again} and platform_score_prev >= 50)",
        ),
    }


def lg_2026() -> Expressions:
    return {
        "main_share": share("main_revenue_y0", "revenue_y0"),
        "growth_2y": share("revenue_y0", "revenue_y2"),
        "debt_ratio": share("liabilities_y0", "assets_y0", 99),
        "rd_share_y0": share("rd_y0", "revenue_y0"),
        "rd_share_y1": share("rd_y1", "revenue_y1"),
        "cn_lg_2026": every(
            "srdi_valid",
            "segment_years >= 3",
            "revenue_y0 >= 5000",
            "$.main_share >= 0.9",
            "$.growth_2y >= 1.1025",
            "$.debt_ratio <= 0.75",
            "rd_y0 + rd_y1 >= 1200",
            "$.rd_share_y0 >= 0.03 and $.rd_share_y1 >= 0.03",
            "ip1_earning_own >= 4 or nat_award_rank_3y in [1..3]",
            "market_share >= 0.1 or domestic_rank in [1..3]",
            "chain_field in ['six_base', 'key_link']",
            "platform_score >= 60",
            "not champion_valid",
            "not group_has_lg",
        ),
    }


def champion() -> Expressions:
    return {
        "average_3y": "(main_revenue_y0 + main_revenue_y1 + main_revenue_y2) / 3",
        "revenue_floor": "srdi_valid or lg_valid ? 20000 : 40000",
        "cn_champion_2023": every(
            "segment_years >= 10 or (new_product and segment_years >= 5)",
            "$.average_3y >= $.revenue_floor",
            "global_rank in [1..3]",
            "tech_internationally_advanced",
            "not product_restricted",
            "not major_incident_3y",
            "not serious_dishonesty_3y",
        ),
    }


def etc_2016() -> Expressions:
    return {
        "cn_etc_2016": every(
            "rd_y0 >= 1500",
            "rd_staff >= 150",
            "rd_equipment >= 2000",
            "prov_etc_years >= 2",
            "not serious_dishonesty_3y",
            "not parent_has_etc",
            "etc_expert_ok",
        )
    }


def etc_2026() -> Expressions:
    return {
        "cn_etc_2026": every(
            "rd_y0 >= 3000",
            "rd_staff >= 150",
            "rd_equipment >= 3000",
            "not serious_dishonesty_3y",
            "not parent_has_etc",
            "etc_expert_ok",
        )
    }


def makerspace() -> Expressions:
    return {
        "open_share": share("open_area", "carrier_area"),
        "cn_makerspace_2017": every(
            "clear_direction",
            "dedicated_operator",
            "operating_months >= 18",
            "carrier_area >= 500 or desks >= 30",
            "$.open_share >= 0.75",
            "teams_served >= 20",
            "new_companies >= 10 or funded_teams >= 5",
            "typical_cases >= 3",
            "service_staff >= 3",
            "mentors >= 3",
            "events >= 10",
            "statistics_filed",
        ),
    }
