"""Who acts: an immutable picture of a person's rights, taken once per request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q

from qcy.foundation.database.scope import Scope
from qcy.kernel.refusals import Refusal, Refused

from .enums import MembershipRole, MembershipState, Role
from .models import Mandate, Membership, Organisation, Person


@dataclass(frozen=True)
class HeldMandate:
    node_id: UUID
    role: Role
    desk_name: str


@dataclass(frozen=True)
class HeldMembership:
    organisation_id: UUID
    code: str
    name: str
    verified: bool
    organisation: Organisation = field(compare=False)
    typed_name: str = ""
    role: MembershipRole = MembershipRole.OWNER

    @property
    def may_file(self) -> bool:
        """A preparer fills in; submitting and answering is for owners and agents."""
        return self.role != MembershipRole.PREPARER

    @property
    def may_invite(self) -> bool:
        return self.verified and self.role == MembershipRole.OWNER


@dataclass(frozen=True)
class Actor:
    person_id: UUID | None = None
    memberships: tuple[HeldMembership, ...] = ()
    mandates: tuple[HeldMandate, ...] = ()
    scope: Scope = Scope()
    system: bool = False

    @property
    def me(self) -> UUID:
        """The person behind this actor; a visitor has none and is asked to sign in."""
        if self.person_id is None:
            raise Refused(Refusal("sign_in", why="这一步需要登录。", fix="请登录后再试。"))
        return self.person_id

    def roles_at(self, node_id: UUID) -> frozenset[Role]:
        """The rights of this actor in the acting node (C11)."""
        if self.system:
            return frozenset({Role.SYSTEM})
        return frozenset(m.role for m in self.mandates if m.node_id == node_id)

    def desk_at(self, node_id: UUID) -> str:
        return next((m.desk_name for m in self.mandates if m.node_id == node_id), "")

    def membership_of(self, organisation_id: UUID) -> HeldMembership | None:
        return next((m for m in self.memberships if m.organisation_id == organisation_id), None)

    @property
    def managed_nodes(self) -> frozenset[UUID]:
        return frozenset(m.node_id for m in self.mandates if m.role == Role.NODE_MANAGER)

    @property
    def is_staff(self) -> bool:
        return bool(self.mandates)


VISITOR = Actor()


def system_actor(scope: Scope) -> Actor:
    """A handler acts for the platform, inside the scope of the row it handles."""
    return Actor(scope=scope, system=True)


def actor_for(person: Person, today: date) -> Actor:
    """Needs the scope of this person to be set; one query for memberships, one for mandates."""
    memberships = tuple(
        HeldMembership(
            m.organisation_id,
            m.organisation.code,
            m.name,
            m.is_verified,
            m.organisation,
            m.typed_name,
            MembershipRole(m.role),
        )
        for m in Membership.objects.filter(person=person)
        .exclude(state=MembershipState.ENDED)
        .filter(Q(until=None) | Q(until__gte=today))
        .select_related("organisation")
        .order_by("claimed_at")
    )
    mandates = tuple(
        HeldMandate(m.node_id, Role(m.role), m.desk_name)
        for m in Mandate.objects.filter(person=person, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .order_by("role")
    )
    return Actor(person.pk, memberships, mandates, _scope(person, memberships, mandates))


def _scope(
    person: Person, memberships: tuple[HeldMembership, ...], mandates: tuple[HeldMandate, ...]
) -> Scope:
    # a claimed membership opens nothing that is stored about the firm; an agent sees what they filed themselves
    return Scope(
        person=person.pk,
        organisations=frozenset(m.organisation_id for m in memberships if m.may_invite),
        nodes=frozenset(m.node_id for m in mandates),
    )
