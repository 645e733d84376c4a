"""Policies that come to money, by hand as zen expressions: taxes, loans, awards. Amounts in 万元, to the fen."""

from __future__ import annotations

from datetime import date

from columns import FISCAL_YEAR, day_number
from zen_words import Expressions, every, money, share


def keylg() -> Expressions:
    due = "$.cn_keylg_2024"
    return {
        "counted": "plan_invest - plan_invest_land_plant",
        "cn_keylg_2024": every(
            "lg_valid",
            "not listed",
            "not keylg_supported_before",
            "not on_bad_list",
            "$.counted > 2000",
            "local_recommended",
        ),
        "keylg_counted_investment": money("$.counted", due),
        "keylg_total": money("600", due),
        "keylg_first": money("600 * 0.5", due),
        "keylg_second": money("600 * 0.5", due),
    }


def rd_super() -> Expressions:
    due, in_time = "$.cn_tax_rd_super", "true" if 2023 <= FISCAL_YEAR <= 2027 else "false"
    allowed = "rd_base5_y0 + $.other + $.domestic + $.overseas - rd_special_income_y0"
    return {
        "other": "min([rd_other_y0, rd_base5_y0 / 9])",
        "domestic": "rd_entrusted_domestic_y0 * 0.8",
        "cap": "(rd_base5_y0 + $.other + $.domestic) * 2 / 3",
        "overseas": "min([rd_entrusted_overseas_y0 * 0.8, $.cap])",
        "basis": f"max([0, {allowed}])",
        "deduction": f"$.basis * ({in_time} and ic_or_machine_tool ? 1.2 : 1)",
        "excluded": share("excluded_income_y0", "rd_income_base_y0", 1),
        "cn_tax_rd_super": every("levy_audited", "excluded_income_y0 == 0 or $.excluded < 0.5"),
        "rd_super_other_allowed": money("$.other", due),
        "rd_super_overseas_allowed": money("$.overseas", due),
        "rd_super_basis": money("$.basis", due),
        "rd_super_deduction": money("$.deduction", due),
        "rd_super_saving": money("$.deduction * tax_rate", due),
    }


def small_profit() -> Expressions:
    return {
        "cn_tax_small_profit": every(
            "not restricted_industry",
            "taxable_income_y0 <= 300",
            "true" if FISCAL_YEAR <= 2027 else "false",
            "employees_qavg_y0 <= 300",
            "assets_qavg_y0 <= 5000",
        ),
        "rate": "$.cn_tax_small_profit ? 0.25 * 0.2 : 0.25",
        "small_profit_tax": money("max([0, taxable_income_y0]) * $.rate"),
    }


def tech_transfer() -> Expressions:
    eligible = "$.cn_tax_tech_transfer"
    return {
        "cn_tax_tech_transfer": every(
            "resident_enterprise", "tt_eligible_subject", "contract_recognised", "not tt_related_100"
        ),
        "income": "max([0, tt_revenue_y0 - tt_cost_y0 - tt_taxes_y0])",
        "exempt": f"{eligible} ? min([500, $.income]) : 0",
        "halved": f"{eligible} ? max([0, $.income - 500]) : 0",
        "tech_transfer_income": money("$.income"),
        "tech_transfer_exempt": money("$.exempt"),
        "tech_transfer_halved": money("$.halved"),
        "tech_transfer_tax": money(f"({eligible} ? $.halved * 0.5 * 0.25 : $.income * 0.25)"),
    }


def startup_loan_2020() -> Expressions:
    due = "$.cn_startup_loan_2020"
    return {
        **_borrower(0.08, 0.15),
        "cn_startup_loan_2020": BORROWER_OK,
        "eligible_loan": "min([loan_principal, $.individual ? 20 : 300])",
        "subsidy_rate": "max([0, loan_rate - (lpr - 0.015)])",
        "startup_loan_2020_eligible_loan": money("$.eligible_loan", due),
        "startup_loan_2020_subsidy": money("$.eligible_loan * $.subsidy_rate * loan_days / 365", due),
    }


def startup_loan_2023() -> Expressions:
    due = "$.cn_startup_loan_2023"
    return {
        **_borrower(0.05, 0.1),
        "cn_startup_loan_2023": BORROWER_OK,
        "eligible_loan": "min([loan_principal, $.individual ? 30 : 400])",
        "interest": "$.eligible_loan * loan_rate * loan_days / 365",
        "startup_loan_2023_eligible_loan": money("$.eligible_loan", due),
        "startup_loan_2023_subsidy": money("$.interest * 0.5", due),
    }


def _borrower(large_firms: float, others: float) -> Expressions:
    """What both years ask first; the share of new people depends on the firm's heads."""
    return {
        "individual": "borrower_kind == 'individual'",
        "hire_floor": f"employees_now > 100 ? {large_firms} : {others}",
        "hired": share("new_hires", "employees_now"),
    }


BORROWER_OK = every(
    "$.individual or small_or_micro",
    "$.individual or $.hired >= $.hire_floor",
    "$.individual or not wage_arrears",
    "loan_term_months <= 24",
    "subsidised_loans_before <= 1",
)
"""The five conditions of both years."""


def srdi_interest() -> Expressions:
    return {
        "gd_srdi_interest_2025": every(
            "reg_province == '广东'",
            "srdi_valid",
            "not lg_valid",
            "not interest_subsidised_before",
            "loan_interest_paid >= 30",
            "pool_selected",
        ),
        "srdi_interest_subsidy": money("min([100, loan_interest_paid * 0.5])", "$.gd_srdi_interest_2025"),
    }


def loan35() -> Expressions:
    due, since, until = "$.gd_loan35_2025", day_number(date(2025, 5, 1)), day_number(date(2027, 12, 31))
    return {
        "interest": "loan_principal * loan_rate * min([loan_days, 365]) / 365",
        "raw": "$.interest * 0.35",
        "yearly_left": "2000 - subsidy_used_this_year",
        "interest_left": "$.interest - other_interest_subsidy",
        "gd_loan35_2025": every(
            "reg_province == '广东'",
            "(manufacturing and loan_fixed_asset and loan_in_province) or (hnte_valid and encouraged_industry)",
            f"loan_from >= {since} and loan_from <= {until}",
            "listed_bank",
            "not loan_negative_use",
        ),
        "loan35_interest": money("$.interest", due),
        "loan35_raw": money("$.raw", due),
        "loan35_subsidy": money("max([0, min([$.raw, $.yearly_left, $.interest_left])])", due),
    }


def title_award() -> Expressions:
    return {
        "national_title": "lg_valid or champion_valid ? 30 : 0",
        "provincial_title": "srdi_valid ? 10 : 0",
        "design_centre": "design_centre_level == 'national' ? 80 : design_centre_level == 'provincial' ? 40 : 0",
        "award": "max([$.national_title, $.provincial_title, $.design_centre])",
        "hz_title_award_2025": every("reg_city == '惠州'", "not on_bad_list", "$.award > 0"),
        "title_award_award": money("$.award", "$.hz_title_award_2025"),
    }


def talent() -> Expressions:
    return {
        "sn_qcy_talent": every(
            "reg_province == '陕西'",
            "legal_person",
            "talent_category != 'other' and talent_category != ''",
            "guaranteed_pay > 0",
        ),
        "talent_subsidy": money("min([50, guaranteed_pay])", "$.sn_qcy_talent"),
    }
