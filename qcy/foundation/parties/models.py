from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import (
    AnyOf,
    ByNode,
    ByOrganisation,
    ByPerson,
    GlobalRead,
    Purpose,
    ScopedQuerySet,
)
from qcy.foundation.nodes.models import Node
from qcy.kernel.ids import new_id

from .enums import ContactKind, MembershipRole, MembershipState, PersonKind, Role
from .sealed import unseal


class PersonManager(BaseUserManager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    pass


class Person(AbstractBaseUser):
    """Somebody who can sign in. Firms' people by phone and code, staff by e-mail and password."""

    scope = AnyOf(ByPerson("id"), Purpose("sign_in"))

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=PersonKind.choices, default=PersonKind.FIRM)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects: Any = PersonManager()

    USERNAME_FIELD = "id"

    class Meta:
        constraints = []


class PersonContact(Row):
    """A way to reach a person; the value is sealed, `lookup` finds it without opening it."""

    scope = AnyOf(ByPerson("person_id"), Purpose("sign_in"))

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    sealed = models.TextField()
    lookup = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "lookup"], name="contact_once")]

    @property
    def value(self) -> str:
        return unseal(self.sealed)


class Organisation(Row):
    """The identity of a firm or institution. Its name comes from a licence or an import, never from typing."""

    scope = GlobalRead("code and name of a registered organisation are public")

    code = models.CharField(max_length=18, unique=True)  # 统一社会信用代码
    name = models.CharField(max_length=120, blank=True)  # blank until a licence was checked
    kind = models.CharField(max_length=20, default="firm")
    is_demo = models.BooleanField(default=False)


class Membership(Row):
    """A person speaks for an organisation: `claimed` by themselves until somebody has seen the licence."""

    scope = AnyOf(
        ByPerson("person_id"), ByOrganisation("organisation_id"), ByNode("node_id"), Purpose("window")
    )

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    node = models.ForeignKey(Node, null=True, on_delete=models.PROTECT)  # who was asked to check the licence
    state = models.CharField(max_length=8, choices=MembershipState.choices, default=MembershipState.CLAIMED)
    role = models.CharField(max_length=8, choices=MembershipRole.choices, default=MembershipRole.OWNER)
    until = models.DateField(null=True)  # last day of a delegation; null: until somebody ends it
    typed_name = models.CharField(max_length=120)
    claimed_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=~Q(state=MembershipState.ENDED),
                name="membership_once",
            )
        ]

    @property
    def name(self) -> str:
        """What this person may be shown as the firm's name."""
        return self.organisation.name or self.typed_name

    @property
    def is_verified(self) -> bool:
        return self.state == MembershipState.VERIFIED


class Invitation(Row):
    """An owner asks somebody, by phone, to act for the firm. Taking it up makes the membership verified."""

    scope = AnyOf(ByOrganisation("organisation_id"), Purpose("invitation"))

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=8, choices=MembershipRole.choices)
    until = models.DateField(null=True)
    sealed_phone = models.TextField()
    lookup = models.CharField(max_length=64, db_index=True)
    invited_by = models.UUIDField()
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken up or withdrawn


class Absence(Row):
    """A member of staff is away; whoever covers sees and receives what belongs to them."""

    scope = AnyOf(ByPerson("person_id"), ByPerson("cover_id"), ByNode("node_id"), Purpose("sweep"))

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    cover = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="covers")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField()


class Mandate(Row):
    """A node has given a person a role, from a day until a day."""

    scope = AnyOf(ByPerson("person_id"), ByNode("node_id"), Purpose("sweep"))

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=16, choices=Role.choices)
    desk_name = models.CharField(max_length=20)  # what the public reads instead of a name: 经办人 01
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "node", "role"], name="mandate_once")]
