"""The facts of the OpenFisca peer, one Variable each. A fact nobody has told is 0, no, or a choice of its own."""

from __future__ import annotations

from datetime import date

from openfisca_core.indexed_enums import Enum
from openfisca_words import fact

NUMBERS = [
    "assets_qavg_y0",
    "assets_y0",
    "carrier_area",
    "cost_expense_y0",
    "equity_in_y0",
    "equity_in_y1",
    "equity_in_y2",
    "excluded_income_y0",
    "guaranteed_pay",
    "hitech_income_y0",
    "liabilities_y0",
    "loan_interest_paid",
    "loan_principal",
    "loan_rate",
    "local_feature_score",
    "lpr",
    "main_revenue_y0",
    "main_revenue_y1",
    "main_revenue_y2",
    "market_share",
    "net_assets_y0",
    "net_assets_y1",
    "net_assets_y2",
    "net_profit_y0",
    "open_area",
    "other_interest_subsidy",
    "panel_conversion",
    "panel_growth",
    "panel_ip",
    "panel_org",
    "plan_invest",
    "plan_invest_land_plant",
    "platform_score",
    "platform_score_prev",
    "rd_base5_y0",
    "rd_domestic_y0",
    "rd_domestic_y1",
    "rd_domestic_y2",
    "rd_entrusted_domestic_y0",
    "rd_entrusted_overseas_y0",
    "rd_equipment",
    "rd_income_base_y0",
    "rd_other_y0",
    "rd_special_income_y0",
    "rd_y0",
    "rd_y1",
    "rd_y2",
    "revenue_y0",
    "revenue_y1",
    "revenue_y2",
    "sales_y0",
    "sales_y1",
    "sales_y2",
    "subsidy_used_this_year",
    "tax_rate",
    "taxable_income_y0",
    "total_income_y0",
    "tt_cost_y0",
    "tt_revenue_y0",
    "tt_taxes_y0",
]

COUNTS = [
    "achievements_3y",
    "desks",
    "digital_level",
    "domestic_rank",
    "employees",
    "employees_now",
    "employees_qavg_y0",
    "events",
    "funded_teams",
    "global_rank",
    "ip1",
    "ip1_earning",
    "ip1_earning_own",
    "ip1_high_value",
    "ip1_self_developed",
    "ip2",
    "loan_days",
    "loan_term_months",
    "mentors",
    "nat_award_rank_3y",
    "nat_award_rank_5y",
    "new_companies",
    "new_hires",
    "operating_months",
    "prov_award_rank_3y",
    "prov_etc_years",
    "quality_items",
    "rd_staff",
    "segment_years",
    "service_staff",
    "standard_lead_rank_5y",
    "subsidised_loans_before",
    "teams_served",
    "tech_staff",
    "typical_cases",
]

YES_OR_NO = [
    "champion_valid",
    "clear_direction",
    "contract_recognised",
    "core_ip_owned",
    "dedicated_operator",
    "demo_title_valid",
    "encouraged_industry",
    "etc_expert_ok",
    "first_time_tsme",
    "group_has_lg",
    "hitech_field",
    "hnte_valid",
    "ic_or_machine_tool",
    "interest_subsidised_before",
    "isme_valid",
    "keylg_supported_before",
    "legal_person",
    "levy_audited",
    "lg_valid",
    "listed",
    "listed_bank",
    "loan_fixed_asset",
    "loan_in_province",
    "loan_negative_use",
    "local_recommended",
    "maker_china_top500_3y",
    "major_incident_1y",
    "major_incident_3y",
    "manufacturing",
    "market_position_leading",
    "new_product",
    "on_bad_list",
    "parent_has_etc",
    "pool_selected",
    "product_restricted",
    "resident_enterprise",
    "restricted_industry",
    "serious_dishonesty_3y",
    "small_or_micro",
    "srdi_valid",
    "statistics_filed",
    "strategic_industry",
    "tech_internationally_advanced",
    "tsme_valid",
    "tt_eligible_subject",
    "tt_related_100",
    "wage_arrears",
]

DATES = ["loan_from", "registered_on"]


class Industry(Enum):
    agriculture = "agriculture"
    industry = "industry"
    construction = "construction"
    wholesale = "wholesale"
    retail = "retail"
    transport = "transport"
    warehousing = "warehousing"
    post = "post"
    accommodation = "accommodation"
    catering = "catering"
    info_transmission = "info_transmission"
    software_it = "software_it"
    real_estate = "real_estate"
    property_mgmt = "property_mgmt"
    leasing_business = "leasing_business"
    other = "other"
    untold = "untold"


class Chain(Enum):
    key_link = "key_link"
    six_base = "six_base"
    time_honoured = "time_honoured"
    none = "none"
    untold = "untold"


class Level(Enum):
    """Of a research body or a design centre."""

    none = "none"
    below_city = "below_city"
    city = "city"
    provincial = "provincial"
    national = "national"
    untold = "untold"


class Borrower(Enum):
    firm = "firm"
    individual = "individual"
    untold = "untold"


class Talent(Enum):
    scientist = "scientist"
    entrepreneur = "entrepreneur"
    broker = "broker"
    other = "other"
    untold = "untold"


class Place(Enum):
    """The provinces and cities the policies ask for; all others are elsewhere."""

    shaanxi = "陕西"
    guangdong = "广东"
    huizhou = "惠州"
    elsewhere = "elsewhere"
    untold = "untold"


CHOICES: dict[str, type[Enum]] = {
    "size_industry": Industry,
    "chain_field": Chain,
    "rd_org_level": Level,
    "design_centre_level": Level,
    "borrower_kind": Borrower,
    "talent_category": Talent,
    "reg_province": Place,
    "reg_city": Place,
}

FACTS = [
    *(fact(name, float) for name in NUMBERS),
    *(fact(name, int) for name in COUNTS),
    *(fact(name, bool) for name in YES_OR_NO),
    *(fact(name, date) for name in DATES),
    *(
        fact(name, Enum, possible_values=choices, default_value=choices.untold)
        for name, choices in CHOICES.items()
    ),
]
