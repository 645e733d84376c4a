"""Policies that come to money, by hand in OpenFisca: taxes, loans, awards. Amounts in 万元, to the fen."""

from __future__ import annotations

from datetime import date

import numpy as np
from columns import FISCAL_YEAR
from openfisca_facts import Borrower, Level, Place, Talent
from openfisca_words import Array, Facts, best, formula, least, money, share


@formula(float)
def counted(f: Facts) -> Array:
    return f("plan_invest") - f("plan_invest_land_plant")


@formula(bool)
def cn_keylg_2024(f: Facts) -> Array:
    return (
        f("lg_valid")
        & ~f("listed")
        & ~f("keylg_supported_before")
        & ~f("on_bad_list")
        & (f("counted") > 2000)
        & f("local_recommended")
    )


@formula(float)
def keylg_counted_investment(f: Facts) -> Array:
    return money(f("counted"), f("cn_keylg_2024"))


@formula(float)
def keylg_total(f: Facts) -> Array:
    return money(np.float32(600), f("cn_keylg_2024"))


@formula(float)
def keylg_first(f: Facts) -> Array:
    return money(np.float32(600 * 0.5), f("cn_keylg_2024"))


@formula(float)
def keylg_second(f: Facts) -> Array:
    return money(np.float32(600 * 0.5), f("cn_keylg_2024"))


@formula(bool)
def cn_tax_rd_super(f: Facts) -> Array:
    excluded = f("excluded_income_y0")
    return f("levy_audited") & ((excluded == 0) | (share(excluded, f("rd_income_base_y0")) < 0.5))


@formula(float)
def other_allowed(f: Facts) -> Array:
    return least(f("rd_other_y0"), f("rd_base5_y0") / 9)


@formula(float)
def domestic_allowed(f: Facts) -> Array:
    return f("rd_entrusted_domestic_y0") * 0.8


@formula(float)
def overseas_allowed(f: Facts) -> Array:
    cap = (f("rd_base5_y0") + f("other_allowed") + f("domestic_allowed")) * 2 / 3
    return least(f("rd_entrusted_overseas_y0") * 0.8, cap)


@formula(float)
def basis(f: Facts) -> Array:
    allowed = f("rd_base5_y0") + f("other_allowed") + f("domestic_allowed") + f("overseas_allowed")
    return best(0, allowed - f("rd_special_income_y0"))


@formula(float)
def deduction(f: Facts) -> Array:
    raised = f("ic_or_machine_tool") & (2023 <= FISCAL_YEAR <= 2027)
    return f("basis") * np.where(raised, np.float32(1.2), np.float32(1))


@formula(float)
def rd_super_other_allowed(f: Facts) -> Array:
    return money(f("other_allowed"), f("cn_tax_rd_super"))


@formula(float)
def rd_super_overseas_allowed(f: Facts) -> Array:
    return money(f("overseas_allowed"), f("cn_tax_rd_super"))


@formula(float)
def rd_super_basis(f: Facts) -> Array:
    return money(f("basis"), f("cn_tax_rd_super"))


@formula(float)
def rd_super_deduction(f: Facts) -> Array:
    return money(f("deduction"), f("cn_tax_rd_super"))


@formula(float)
def rd_super_saving(f: Facts) -> Array:
    return money(f("deduction") * f("tax_rate"), f("cn_tax_rd_super"))


@formula(bool)
def cn_tax_small_profit(f: Facts) -> Array:
    return (
        ~f("restricted_industry")
        & (f("taxable_income_y0") <= 300)
        & (FISCAL_YEAR <= 2027)
        & (f("employees_qavg_y0") <= 300)
        & (f("assets_qavg_y0") <= 5000)
    )


@formula(float)
def small_profit_tax(f: Facts) -> Array:
    rate = np.where(f("cn_tax_small_profit"), np.float32(0.25 * 0.2), np.float32(0.25))
    return money(best(0, f("taxable_income_y0")) * rate)


@formula(bool)
def cn_tax_tech_transfer(f: Facts) -> Array:
    return (
        f("resident_enterprise") & f("tt_eligible_subject") & f("contract_recognised") & ~f("tt_related_100")
    )


@formula(float)
def tech_transfer_income(f: Facts) -> Array:
    return money(best(0, f("tt_revenue_y0") - f("tt_cost_y0") - f("tt_taxes_y0")))


@formula(float)
def tech_transfer_exempt(f: Facts) -> Array:
    within = least(500, f("tech_transfer_income"))
    return money(np.where(f("cn_tax_tech_transfer"), within, np.float32(0)))


@formula(float)
def tech_transfer_halved(f: Facts) -> Array:
    beyond = best(0, f("tech_transfer_income") - 500)
    return money(np.where(f("cn_tax_tech_transfer"), beyond, np.float32(0)))


@formula(float)
def tech_transfer_tax(f: Facts) -> Array:
    reduced = f("tech_transfer_halved") * 0.5 * 0.25
    return money(np.where(f("cn_tax_tech_transfer"), reduced, f("tech_transfer_income") * 0.25))


@formula(bool)
def cn_startup_loan_2020(f: Facts) -> Array:
    return _borrower(f, 0.08, 0.15)


@formula(bool)
def cn_startup_loan_2023(f: Facts) -> Array:
    return _borrower(f, 0.05, 0.1)


def _borrower(f: Facts, large_firms: float, others: float) -> Array:
    """The five conditions both years share; the share of new people depends on the firm's heads."""
    individual = f("borrower_kind") == Borrower.individual
    floor = np.where(f("employees_now") > 100, np.float32(large_firms), np.float32(others))
    return (
        (individual | f("small_or_micro"))
        & (individual | (share(f("new_hires"), f("employees_now")) >= floor))
        & (individual | ~f("wage_arrears"))
        & (f("loan_term_months") <= 24)
        & (f("subsidised_loans_before") <= 1)
    )


@formula(float)
def eligible_loan_2020(f: Facts) -> Array:
    return _eligible_loan(f, 20, 300)


@formula(float)
def eligible_loan_2023(f: Facts) -> Array:
    return _eligible_loan(f, 30, 400)


def _eligible_loan(f: Facts, of_person: int, of_firm: int) -> Array:
    individual = f("borrower_kind") == Borrower.individual
    return least(f("loan_principal"), np.where(individual, np.float32(of_person), np.float32(of_firm)))


@formula(float)
def startup_loan_2020_eligible_loan(f: Facts) -> Array:
    return money(f("eligible_loan_2020"), f("cn_startup_loan_2020"))


@formula(float)
def startup_loan_2020_subsidy(f: Facts) -> Array:
    rate = best(0, f("loan_rate") - (f("lpr") - 0.015))
    return money(f("eligible_loan_2020") * rate * f("loan_days") / 365, f("cn_startup_loan_2020"))


@formula(float)
def startup_loan_2023_eligible_loan(f: Facts) -> Array:
    return money(f("eligible_loan_2023"), f("cn_startup_loan_2023"))


@formula(float)
def startup_loan_2023_subsidy(f: Facts) -> Array:
    interest = f("eligible_loan_2023") * f("loan_rate") * f("loan_days") / 365
    return money(interest * 0.5, f("cn_startup_loan_2023"))


@formula(bool)
def gd_srdi_interest_2025(f: Facts) -> Array:
    return (
        (f("reg_province") == Place.guangdong)
        & f("srdi_valid")
        & ~f("lg_valid")
        & ~f("interest_subsidised_before")
        & (f("loan_interest_paid") >= 30)
        & f("pool_selected")
    )


@formula(float)
def srdi_interest_subsidy(f: Facts) -> Array:
    half = f("loan_interest_paid") * 0.5
    return money(least(100, half), f("gd_srdi_interest_2025"))


@formula(bool)
def gd_loan35_2025(f: Facts) -> Array:
    since, until = np.datetime64(date(2025, 5, 1)), np.datetime64(date(2027, 12, 31))
    return (
        (f("reg_province") == Place.guangdong)
        & (
            (f("manufacturing") & f("loan_fixed_asset") & f("loan_in_province"))
            | (f("hnte_valid") & f("encouraged_industry"))
        )
        & (f("loan_from") >= since)
        & (f("loan_from") <= until)
        & f("listed_bank")
        & ~f("loan_negative_use")
    )


@formula(float)
def interest(f: Facts) -> Array:
    return f("loan_principal") * f("loan_rate") * least(f("loan_days"), np.int32(365)) / 365


@formula(float)
def raw(f: Facts) -> Array:
    return f("interest") * 0.35


@formula(float)
def loan35_interest(f: Facts) -> Array:
    return money(f("interest"), f("gd_loan35_2025"))


@formula(float)
def loan35_raw(f: Facts) -> Array:
    return money(f("raw"), f("gd_loan35_2025"))


@formula(float)
def loan35_subsidy(f: Facts) -> Array:
    yearly_left = 2000 - f("subsidy_used_this_year")
    subsidy = least(f("raw"), yearly_left, f("interest") - f("other_interest_subsidy"))
    return money(best(0, subsidy), f("gd_loan35_2025"))


@formula(float)
def award(f: Facts) -> Array:
    level, none = f("design_centre_level"), np.float32(0)
    return best(
        np.where(f("lg_valid") | f("champion_valid"), np.float32(30), none),
        np.where(f("srdi_valid"), np.float32(10), none),
        np.where(
            level == Level.national,
            np.float32(80),
            np.where(level == Level.provincial, np.float32(40), none),
        ),
    )


@formula(bool)
def hz_title_award_2025(f: Facts) -> Array:
    return (f("reg_city") == Place.huizhou) & ~f("on_bad_list") & (f("award") > 0)


@formula(float)
def title_award_award(f: Facts) -> Array:
    return money(f("award"), f("hz_title_award_2025"))


@formula(bool)
def sn_qcy_talent(f: Facts) -> Array:
    category = f("talent_category")
    return (
        (f("reg_province") == Place.shaanxi)
        & f("legal_person")
        & (category != Talent.other)
        & (category != Talent.untold)
        & (f("guaranteed_pay") > 0)
    )


@formula(float)
def talent_subsidy(f: Facts) -> Array:
    return money(least(50, f("guaranteed_pay")), f("sn_qcy_talent"))
