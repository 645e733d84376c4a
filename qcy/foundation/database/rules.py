"""How a table is scoped: one declaration gives both the application filter and the row policy.

A model says `scope = AnyOf(ByPerson("person_id"), ByNode("node_id"))`. `visible_to(actor)` turns
the rule into a Q, `install.py` turns the same rule into a PostgreSQL policy, so the two layers
cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Protocol, Self, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Func, Q
from django.db.models.sql.where import AND, WhereNode

from .scope import Scope

NOBODY, EVERYBODY = Q(pk__in=[]), Q()  # compared by identity: comparing two Q takes them apart
CASE_ACCESS = "casework.CaseAccess"  # named, not imported: engines lie above foundation


class Rule(Protocol):
    def filter(self, scope: Scope) -> Q: ...

    def policy(self, table: str) -> str: ...


@dataclass(frozen=True)
class GlobalRead:
    """Public facts: no filter, no policy."""

    why: str

    def filter(self, scope: Scope) -> Q:
        return EVERYBODY

    def policy(self, table: str) -> str:
        return "true"


@dataclass(frozen=True)
class ByPerson:
    column: str

    def filter(self, scope: Scope) -> Q:
        return Q(**{self.column: scope.person}) if scope.person else NOBODY

    def policy(self, table: str) -> str:
        return f"{table}.{self.column}::text = nullif(current_setting('qcy.person', true), '')"


@dataclass(frozen=True)
class ByOrganisation:
    column: str

    def filter(self, scope: Scope) -> Q:
        return Q(**{f"{self.column}__in": scope.organisations}) if scope.organisations else NOBODY

    def policy(self, table: str) -> str:
        return _member(f"{table}.{self.column}", "qcy.organisations")


@dataclass(frozen=True)
class ByNode:
    column: str

    def filter(self, scope: Scope) -> Q:
        return Q(**{f"{self.column}__in": scope.nodes}) if scope.nodes else NOBODY

    def policy(self, table: str) -> str:
        return _member(f"{table}.{self.column}", "qcy.nodes")


@dataclass(frozen=True)
class ByCase:
    """Visible to whoever holds a CaseAccess row of that case, and to nobody else."""

    column: str

    def filter(self, scope: Scope) -> Q:
        opening = apps.get_model(CASE_ACCESS).scope.filter(scope)
        return NOBODY if opening is NOBODY else Q(HasAccess(F(self.column), *_spoken(opening)))

    def policy(self, table: str) -> str:
        # row security of casework_caseaccess itself decides which access rows the subquery sees
        return HAS_ACCESS.format(case_id=f"{table}.{self.column}", held="")


HAS_ACCESS = "EXISTS (SELECT 1 FROM casework_caseaccess a WHERE a.case_id = {case_id}{held})"


class HasAccess(Func):
    """The same words as in the policy. Put together as a queryset they took longer than their query."""

    output_field = models.BooleanField()

    def __init__(self, case_id: Any, held: str, values: tuple[Any, ...]) -> None:
        super().__init__(case_id)
        self.held, self.values = held, values

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        case_id, params = compiler.compile(self.source_expressions[0])
        return HAS_ACCESS.format(case_id=case_id, held=self.held), (*params, *self.values)


def _spoken(opening: Q) -> tuple[str, tuple[Any, ...]]:
    """`opening`, which names columns of the access row and what they may hold, as SQL and its values."""
    if opening is EVERYBODY:
        return "", ()
    conditions: Any = opening.children
    texts, values = [], []
    for name, wanted in conditions:
        several = tuple(wanted) if isinstance(wanted, frozenset) else (wanted,)
        texts.append(f"a.{name.removesuffix('__in')} IN ({', '.join(['%s'] * len(several))})")
        values += [models.UUIDField().get_db_prep_value(one, connection) for one in several]
    return f" AND ({' OR '.join(texts)})", tuple(values)


@dataclass(frozen=True)
class Purpose:
    """A narrow door: open while the running code holds exactly this purpose."""

    name: str

    def filter(self, scope: Scope) -> Q:
        return EVERYBODY if scope.purpose == self.name else NOBODY

    def policy(self, table: str) -> str:
        return f"current_setting('qcy.purpose', true) = '{self.name}'"


class AnyOf:
    def __init__(self, *rules: Rule, open_insert: bool = False) -> None:
        self.rules = rules
        self.open_insert = open_insert  # anybody may add a row (a complaint, an outbox row), not read it

    def filter(self, scope: Scope) -> Q:
        return _any_of(self.rules, scope)

    def policy(self, table: str) -> str:
        return "(" + " OR ".join(rule.policy(table) for rule in self.rules) + ")"


@lru_cache(maxsize=1_000)
def _any_of(rules: tuple[Rule, ...], scope: Scope) -> Q:
    """The same for the same scope: a page asks several times, a person again and again."""
    conditions = [rule.filter(scope) for rule in rules]
    if any(condition is EVERYBODY for condition in conditions):
        return EVERYBODY
    opening = [condition for condition in conditions if condition is not NOBODY]
    return reduce(or_, opening) if opening else NOBODY


def _member(column: str, setting: str) -> str:
    return f"{column} = ANY (coalesce(nullif(current_setting('{setting}', true), ''), '{{}}')::uuid[])"


class Seer(Protocol):
    """Whoever looks: anything that carries a scope."""

    @property
    def scope(self) -> Scope: ...


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Seer) -> Self:
        """Rows this actor may see. The first of three layers; PostgreSQL repeats it by row security."""
        held, model = actor.scope, cast(type[models.Model], self.model)
        if held.system or not settings.QCY_APPLICATION_FILTER:
            return self
        if self.query.combinator or self.query.is_sliced:
            raise TypeError("what is visible comes before unions and slices")
        seen = self.all()
        seen.query.get_initial_alias()
        seen.query.where.add(_condition(model, held).clone(), AND)
        return seen

    def for_update(self) -> Self:
        return self.select_for_update(of=("self",))


@lru_cache(maxsize=1_000)
def _condition(model: type[models.Model], scope: Scope) -> WhereNode:
    """The rule taken apart by Django: it names columns of the table itself, so every query can hold it as it is."""
    rule = rule_of(model)
    assert rule is not None, f"{model.__name__} names no scope"
    return model._base_manager.filter(rule.filter(scope)).query.where


def rule_of(model: type[models.Model]) -> Rule | None:
    return getattr(model, "scope", None)


def is_scoped(model: type[models.Model]) -> bool:
    rule = rule_of(model)
    return rule is not None and not isinstance(rule, GlobalRead)
