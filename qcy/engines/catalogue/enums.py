from django.db.models import TextChoices


class Category(TextChoices):
    """The five categories of the centre, in the order people know them (platform.md, system 3)."""

    BUSINESS = "business", "商事服务"
    POLICY = "policy", "政策服务"
    GOVERNMENT = "government", "科技政务"
    FINANCE = "finance", "科技金融"
    GENERAL = "general", "综合服务"


class MatterLevel(TextChoices):
    NATIONAL = "national", "国家事项"
    PROVINCE = "province", "省级事项"
    CITY = "city", "市级事项"
    DISTRICT = "district", "区县事项"


class Flow(TextChoices):
    """How a matter ends. What leads there (acceptance, correction, clocks) is the same for all."""

    DECISION = "decision", "审定"
    ANSWER = "answer", "办理并答复"
    REFERRAL = "referral", "转办"


class Applicant(TextChoices):
    """服务对象, in the codes of the national list as far as this platform serves them."""

    FIRM = "firm", "企业法人"
    INSTITUTION = "institution", "事业法人"
    PERSON = "person", "自然人"
