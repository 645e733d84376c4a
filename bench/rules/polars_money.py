"""Policies that come to money, by hand in Polars: taxes, loans, awards. Amounts in 万元, to the fen."""

from __future__ import annotations

from datetime import date

import polars as pl
from columns import FISCAL_YEAR
from polars_words import c, money, share

Outputs = dict[str, pl.Expr]


def keylg() -> Outputs:
    counted = c("plan_invest") - c("plan_invest_land_plant")
    qualifies = (
        c("lg_valid")
        & ~c("listed")
        & ~c("keylg_supported_before")
        & ~c("on_bad_list")
        & (counted > 2000)
        & c("local_recommended")
    )
    return {
        "cn.keylg.2024": qualifies,
        "keylg counted_investment": money(counted, qualifies),
        "keylg total": money(pl.lit(600.0), qualifies),
        "keylg first": money(pl.lit(600.0 * 0.5), qualifies),
        "keylg second": money(pl.lit(600.0 * 0.5), qualifies),
    }


def rd_super() -> Outputs:
    other = least(c("rd_other_y0"), c("rd_base5_y0") / 9)
    domestic = c("rd_entrusted_domestic_y0") * 0.8
    cap = (c("rd_base5_y0") + other + domestic) * 2 / 3
    overseas = least(c("rd_entrusted_overseas_y0") * 0.8, cap)
    basis = most(0.0, c("rd_base5_y0") + other + domestic + overseas - c("rd_special_income_y0"))
    raised = pl.lit(2023 <= FISCAL_YEAR <= 2027) & c("ic_or_machine_tool")
    deduction = basis * pl.when(raised).then(1.2).otherwise(1.0)
    excluded = share(c("excluded_income_y0"), c("rd_income_base_y0"))
    qualifies = c("levy_audited") & ((c("excluded_income_y0") == 0) | (excluded < 0.5))
    return {
        "cn.tax.rd_super": qualifies,
        "rd_super other_allowed": money(other, qualifies),
        "rd_super overseas_allowed": money(overseas, qualifies),
        "rd_super basis": money(basis, qualifies),
        "rd_super deduction": money(deduction, qualifies),
        "rd_super saving": money(deduction * c("tax_rate"), qualifies),
    }


def small_profit() -> Outputs:
    in_time = pl.lit(FISCAL_YEAR <= 2027)
    qualifies = (
        ~c("restricted_industry")
        & (c("taxable_income_y0") <= 300)
        & in_time
        & (c("employees_qavg_y0") <= 300)
        & (c("assets_qavg_y0") <= 5000)
    )
    rate = pl.when(qualifies).then(0.25 * 0.2).otherwise(0.25)
    income = most(0.0, c("taxable_income_y0"))
    return {"cn.tax.small_profit": qualifies, "small_profit tax": money(income * rate)}


def tech_transfer() -> Outputs:
    qualifies = (
        c("resident_enterprise") & c("tt_eligible_subject") & c("contract_recognised") & ~c("tt_related_100")
    )
    income = most(0.0, c("tt_revenue_y0") - c("tt_cost_y0") - c("tt_taxes_y0"))
    exempt = pl.when(qualifies).then(least(500.0, income)).otherwise(0.0)
    halved = pl.when(qualifies).then(most(0.0, income - 500)).otherwise(0.0)
    tax = pl.when(qualifies).then(halved * 0.5 * 0.25).otherwise(income * 0.25)
    return {
        "cn.tax.tech_transfer": qualifies,
        "tech_transfer income": money(income),
        "tech_transfer exempt": money(exempt),
        "tech_transfer halved": money(halved),
        "tech_transfer tax": money(tax),
    }


def startup_loan_2020() -> Outputs:
    qualifies = _borrower(0.08, 0.15)
    eligible = _eligible_loan(20.0, 300.0)
    subsidy = eligible * most(0.0, c("loan_rate") - (c("lpr") - 0.015)) * c("loan_days") / 365
    return {
        "cn.startup_loan.2020": qualifies,
        "startup_loan.2020 eligible_loan": money(eligible, qualifies),
        "startup_loan.2020 subsidy": money(subsidy, qualifies),
    }


def startup_loan_2023() -> Outputs:
    qualifies = _borrower(0.05, 0.1)
    eligible = _eligible_loan(30.0, 400.0)
    interest = eligible * c("loan_rate") * c("loan_days") / 365
    return {
        "cn.startup_loan.2023": qualifies,
        "startup_loan.2023 eligible_loan": money(eligible, qualifies),
        "startup_loan.2023 subsidy": money(interest * 0.5, qualifies),
    }


def _borrower(large_firms: float, others: float) -> pl.Expr:
    """The five conditions both years share; the share of new people depends on the firm's heads."""
    individual = c("borrower_kind") == "individual"
    floor = pl.when(c("employees_now") > 100).then(large_firms).otherwise(others)
    return (
        (individual | c("small_or_micro"))
        & (individual | (share(c("new_hires"), c("employees_now")) >= floor))
        & (individual | ~c("wage_arrears"))
        & (c("loan_term_months") <= 24)
        & (c("subsidised_loans_before") <= 1)
    )


def _eligible_loan(of_person: float, of_firm: float) -> pl.Expr:
    individual = c("borrower_kind") == "individual"
    return least(c("loan_principal"), pl.when(individual).then(of_person).otherwise(of_firm))


def srdi_interest() -> Outputs:
    qualifies = (
        (c("reg_province") == "广东")
        & c("srdi_valid")
        & ~c("lg_valid")
        & ~c("interest_subsidised_before")
        & (c("loan_interest_paid") >= 30)
        & c("pool_selected")
    )
    subsidy = least(100.0, c("loan_interest_paid") * 0.5)
    return {"gd.srdi_interest.2025": qualifies, "srdi_interest subsidy": money(subsidy, qualifies)}


def loan35() -> Outputs:
    interest = c("loan_principal") * c("loan_rate") * least(c("loan_days"), 365) / 365
    raw = interest * 0.35
    yearly_left = 2000 - c("subsidy_used_this_year")
    subsidy = most(0.0, least(raw, yearly_left, interest - c("other_interest_subsidy")))
    qualifies = (
        (c("reg_province") == "广东")
        & (
            (c("manufacturing") & c("loan_fixed_asset") & c("loan_in_province"))
            | (c("hnte_valid") & c("encouraged_industry"))
        )
        & c("loan_from").is_between(date(2025, 5, 1), date(2027, 12, 31))
        & c("listed_bank")
        & ~c("loan_negative_use")
    )
    return {
        "gd.loan35.2025": qualifies,
        "loan35 interest": money(interest, qualifies),
        "loan35 raw": money(raw, qualifies),
        "loan35 subsidy": money(subsidy, qualifies),
    }


def title_award() -> Outputs:
    level = c("design_centre_level")
    award = pl.max_horizontal(
        pl.when(c("lg_valid") | c("champion_valid")).then(30.0).otherwise(0.0),
        pl.when(c("srdi_valid")).then(10.0).otherwise(0.0),
        pl.when(level == "national").then(80.0).when(level == "provincial").then(40.0).otherwise(0.0),
    )
    qualifies = (c("reg_city") == "惠州") & ~c("on_bad_list") & (award > 0)
    return {"hz.title_award.2025": qualifies, "title_award award": money(award, qualifies)}


def talent() -> Outputs:
    qualifies = (
        (c("reg_province") == "陕西")
        & c("legal_person")
        & (c("talent_category") != "other")
        & (c("guaranteed_pay") > 0)
    )
    return {"sn.qcy.talent": qualifies, "talent subsidy": money(least(50.0, c("guaranteed_pay")), qualifies)}


def least(*parts: pl.Expr | float) -> pl.Expr:
    """The least of the parts; the usual practice leaves missing ones out."""
    return pl.min_horizontal(*[_number(part) for part in parts])


def most(*parts: pl.Expr | float) -> pl.Expr:
    return pl.max_horizontal(*[_number(part) for part in parts])


def _number(part: pl.Expr | float) -> pl.Expr:
    return part if isinstance(part, pl.Expr) else pl.lit(part)
