"""Policies with points, by hand as zen expressions. A fact nobody has told is 0, no, or an empty word."""

from __future__ import annotations

from datetime import date, timedelta

from columns import FISCAL_YEAR, TODAY, day_number
from zen_words import Expressions, at_least, at_most, every, share, some

OF_PROVINCE = "rd_org_level in ['provincial', 'national']"


def tsme() -> Expressions:
    staff_bands = {0.3: 20, 0.25: 16, 0.2: 12, 0.15: 8, 0.1: 4}
    sales_bands = {0.06: 50, 0.05: 40, 0.04: 30, 0.03: 20, 0.02: 10}
    cost_bands = {0.3: 50, 0.25: 40, 0.2: 30, 0.15: 20, 0.1: 10}
    checked = "true" if date(2026, 1, 1) <= TODAY else "false"
    return {
        "staff_share": share("tech_staff", "employees"),
        "staff": at_least("$.staff_share", staff_bands),
        "rd_of_sales": share("rd_y0", "sales_y0"),
        "rd_of_cost": share("rd_y0", "cost_expense_y0"),
        "rd": f"max([{at_least('$.rd_of_sales', sales_bands)}, {at_least('$.rd_of_cost', cost_bands)}])",
        "ip": f"max([{at_least('ip1', {1: 30})}, {at_least('ip2', {4: 24, 3: 18, 2: 12, 1: 6})}])",
        "direct": some(
            "hnte_valid", "nat_award_rank_5y in [1..3]", OF_PROVINCE, "standard_lead_rank_5y in [1..5]"
        ),
        "cn_tsme_2017": every(
            "resident_enterprise",
            "employees <= 500",
            "sales_y0 <= 20000",
            "assets_y0 <= 20000",
            "not product_restricted",
            "not major_incident_1y",
            "not on_bad_list",
            "($.staff + $.rd + $.ip >= 60 and $.staff != 0) or $.direct",
        ),
        "few_employees": every("employees <= 5", checked),
        "no_ip": every("ip1 == 0", "ip2 == 0", checked),
        "low_rd": every("rd_y0 < 10", checked),
        "dishonesty_3y": every("serious_dishonesty_3y", checked),
        "first_time": every("first_time_tsme", checked),
    }


def hnte() -> Expressions:
    """A panel's 0 means that it has given nothing yet: then the least its points can become."""
    converted = at_least("achievements_3y", {15: 25, 12: 19, 9: 13, 6: 7, 3: 1})
    return {
        **{
            f"had_y{back}": f"registered_on <= {day_number(date(FISCAL_YEAR - back, 12, 31))}"
            for back in (0, 1, 2)
        },
        "rd_3y": _years("rd"),
        "sales_3y": _years("sales"),
        "rd_domestic_3y": _years("rd_domestic"),
        "floor": "sales_y0 <= 5000 ? 0.05 : sales_y0 <= 20000 ? 0.04 : 0.03",
        "net_assets_growth": _growth("net_assets"),
        "sales_growth": _growth("sales"),
        "grown": f"{_growth_points('$.net_assets_growth')} + {_growth_points('$.sales_growth')}",
        "conversion": f"panel_conversion > 0 ? panel_conversion : {converted}",
        "growth": "panel_growth > 0 ? panel_growth : $.grown",
        "staff_share": share("tech_staff", "employees"),
        "rd_share": share("$.rd_3y", "$.sales_3y"),
        "domestic_share": share("$.rd_domestic_3y", "$.rd_3y"),
        "hitech_share": share("hitech_income_y0", "total_income_y0"),
        "cn_hnte_2016": every(
            f"registered_on <= {day_number(TODAY - timedelta(days=365))}",
            "core_ip_owned",
            "hitech_field",
            "$.staff_share >= 0.1",
            "$.rd_share >= $.floor",
            "$.domestic_share >= 0.6",
            "$.hitech_share >= 0.6",
            "panel_ip + $.conversion + panel_org + $.growth > 70",
            "not major_incident_1y",
        ),
    }


def _years(fact: str) -> str:
    """The sum over three years, without those in which the firm did not exist."""
    return " + ".join(f"($.had_y{back} ? {fact}_y{back} : 0)" for back in (0, 1, 2))


def _growth(fact: str) -> str:
    """The mean growth of two years, or of one where there were no more; none without a year before."""
    last, before, earlier = (f"{fact}_y{back}" for back in (0, 1, 2))
    two = f"({before} / {earlier} + {last} / {before}) / 2 - 1"
    return f"not $.had_y1 or {before} <= 0 ? 0 : $.had_y2 and {earlier} > 0 ? {two} : {last} / {before} - 1"


def _growth_points(growth: str) -> str:
    bands = "".join(
        f"{growth} >= {end} ? {points} : " for end, points in ((0.35, 9), (0.25, 7), (0.15, 5), (0.05, 3))
    )
    return f"({bands}{growth} > 0 ? 1 : 0)"


def _isme_points() -> Expressions:
    main_bands = {0.7: 20, 0.6: 15, 0.55: 10, 0.5: 5}
    rights = (
        at_least("ip1_high_value", {1: 20}),
        at_least("ip1_self_developed", {1: 15}),
        at_least("ip1", {1: 10}),
        at_least("ip2", {1: 5}),
    )
    return {
        "rd_share": share("rd_y0", "revenue_y0"),
        "main_growth": share("main_revenue_y0", "main_revenue_y1", 0) + " - 1",
        "debt_ratio": share("liabilities_y0", "assets_y0", 99),
        "main_share": share("main_revenue_y0", "revenue_y0"),
        "innovation": f"max([{', '.join(rights)}]) + "
        + at_least("$.rd_share", {0.05: 20, 0.03: 15, 0.02: 10, 0.01: 5}),
        "growth_part": at_least("$.main_growth", {0.15: 20, 0.1: 15, 0.05: 10, 0: 5})
        + " + "
        + at_most("$.debt_ratio", {0.55: 10, 0.75: 5}),
        "special": f"(strategic_industry ? 10 : 5) + {at_least('$.main_share', main_bands)}",
        "scored": every(
            "$.innovation + $.growth_part + $.special >= 60",
            "$.innovation >= 20",
            "$.growth_part >= 15",
            "$.special >= 15",
        ),
    }


def isme() -> Expressions:
    return {
        **_isme_points(),
        "direct": some(
            "nat_award_rank_3y >= 1",
            "prov_award_rank_3y >= 1",
            "hnte_valid",
            "demo_title_valid",
            OF_PROVINCE,
            "equity_in_y0 + equity_in_y1 + equity_in_y2 >= 500",
        ),
        "cn_isme_2022": every(
            "resident_enterprise",
            "legal_person",
            "size_class != 3",
            "not on_bad_list",
            "not product_restricted",
            "not major_incident_3y",
            "$.scored or $.direct",
        ),
    }


def srdi_2022() -> Expressions:
    return {
        "equity_2y": "equity_in_y0 + equity_in_y1",
        "rd_share": share("rd_y0", "revenue_y0"),
        **_specialisation(),
        **_refinement(),
        **_innovation(),
        "direct": some(
            "prov_award_rank_3y in [1..3]",
            "nat_award_rank_3y in [1..5]",
            "rd_y0 + rd_y1 >= 2000",
            "$.equity_2y >= 6000",
            "maker_china_top500_3y",
        ),
        "cn_srdi_2022": every(
            "segment_years >= 2",
            "rd_y0 >= 100",
            "$.rd_share >= 0.03",
            "revenue_y0 >= 1000 or $.equity_2y >= 2000",
            "$.specialisation + $.refinement + local_feature_score + $.innovation >= 60 or $.direct",
        ),
    }


def _specialisation() -> Expressions:
    newest, older = share("main_revenue_y0", "main_revenue_y1"), share("main_revenue_y1", "main_revenue_y2")
    points = (
        at_least("$.main_share", {0.8: 5, 0.7: 3, 0.6: 1}),
        at_least("$.main_growth_2y", {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0: 2}),
        at_least("segment_years", {10: 5, 8: 4, 6: 3, 4: 2, 2: 1}),
        "(chain_field == 'key_link' ? 5 : chain_field in ['six_base', 'time_honoured'] ? 3 : 0)",
    )
    whole = "main_revenue_y1 != 0 and main_revenue_y2 != 0"
    return {
        "main_share": share("main_revenue_y0", "revenue_y0"),
        "main_growth_2y": f"{whole} ? ({newest} + {older}) / 2 - 1 : -1",
        "specialisation": " + ".join(points),
    }


def _refinement() -> Expressions:
    points = (
        at_least("digital_level", {3: 5, 2: 3}),
        at_least("quality_items", {2: 5, 1: 3}),
        at_least("$.margin", {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.02: 2}),
        at_most("$.debt_ratio", {0.5: 5, 0.6: 3, 0.7: 1}),
    )
    return {
        "margin": share("net_profit_y0", "revenue_y0"),
        "debt_ratio": share("liabilities_y0", "assets_y0", 99),
        "refinement": " + ".join(points),
    }


def _innovation() -> Expressions:
    rights = (
        at_least("ip1_high_value", {1: 10}),
        at_least("ip1_self_developed", {1: 8}),
        at_least("ip1", {1: 6}),
        at_least("ip2", {1: 2}),
    )
    spent = (
        at_least("rd_y0", {500: 10, 400: 8, 300: 6, 200: 4, 100: 2}),
        at_least("$.rd_share", {0.1: 10, 0.08: 8, 0.06: 6, 0.04: 4, 0.03: 2}),
    )
    levels = {"national": 10, "provincial": 8, "city": 4, "below_city": 2}
    body = "".join(f"rd_org_level == '{level}' ? {points} : " for level, points in levels.items())
    points = (
        f"max([{', '.join(rights)}])",
        f"max([{', '.join(spent)}])",
        at_least("$.rd_staff_share", {0.2: 5, 0.1: 3, 0.05: 1}),
        f"({body}0)",
    )
    return {
        "rd_staff_share": share("rd_staff", "employees"),
        "innovation": " + ".join(points),
    }
