from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from qcy.engines.catalogue.models import Adoption
from qcy.foundation.audit.models import ChainedEvent
from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import (
    AnyOf,
    ByCase,
    ByNode,
    ByOrganisation,
    ByPerson,
    Purpose,
    ScopedQuerySet,
)
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Organisation
from qcy.kernel.clock import Pause

from .enums import OPEN_STATUSES, AccessKind, CaseStatus, Clock, EventType, Level, Outcome, RecordKind


class CaseQuerySet(ScopedQuerySet):
    def open(self) -> CaseQuerySet:
        return self.filter(status__in=OPEN_STATUSES)

    def applied_for_by(self, actor: Actor) -> CaseQuerySet:
        """The applicant's side: filed by oneself, by one's firm, or taken in at the window one works at.

        A desk handles the other cases of its node in the console, where names and phones open with a reason.
        """
        desks = [m.node_id for m in actor.mandates if m.role == Role.CLERK]
        at_window = Q(node_id__in=desks) & ~Q(window_person_id=None)
        own = Q(filer_id=actor.person_id) | Q(organisation_id__in=actor.scope.organisations)
        return self.visible_to(actor).filter(own | at_window)

    def in_the_way(self, adoption: Adoption, organisation_id: Any, year: int, filer_id: Any) -> CaseQuerySet:
        """Cases of this matter, firm and year that are open or were granted, and stand in the way of another.

        Before acceptance nobody has seen the licence: a stranger's application blocks only the stranger.
        """
        seen = Q(accepted_on__isnull=False)
        return self.filter(
            seen | Q(filer_id=filer_id) if filer_id else seen,
            organisation_id=organisation_id,
            adoption__item_id=adoption.item_id,
            year=year,
            status__in=(*OPEN_STATUSES, CaseStatus.DELIVERED),
            outcome__in=(Outcome.NONE, Outcome.GRANTED),
        )

    def at_node(self, node_id: Any) -> CaseQuerySet:
        return self.filter(node_id=node_id)

    def assigned_to(self, people: Any) -> CaseQuerySet:
        return self.filter(assignee_id__in=people)

    def with_status(self, *statuses: CaseStatus) -> CaseQuerySet:
        return self.filter(status__in=statuses)

    def due_on(self, today: Any) -> CaseQuerySet:
        return self.filter(_running_due(today))

    def overdue(self, today: Any) -> CaseQuerySet:
        return self.filter(_running_due(today, "__lt"))

    def most_urgent_first(self) -> CaseQuerySet:
        return self.annotate(next_due=Coalesce("promised_due", "answer_by")).order_by(
            "next_due", "submitted_at", "id"
        )

    def with_names(self) -> CaseQuerySet:
        """With everything a list prints; the definition comes from memory, not with every row."""
        joined = self.select_related("organisation", "adoption", "adoption__item", "node")
        return joined.defer("adoption__resolved", "adoption__overrides")


def _running_due(today: Any, comparison: str = "") -> Q:
    waiting = Q(status=CaseStatus.SUBMITTED, **{f"answer_by{comparison}": today})
    running = Q(status=CaseStatus.ACCEPTED, **{f"promised_due{comparison}": today})
    return waiting | running


class Case(Row):
    """One filed matter (办件). A cache of the fold of its events, written only by `services.perform`."""

    scope = AnyOf(ByCase("id"), Purpose("filing"), Purpose("sweep"))
    same_node = ("adoption",)

    number = models.CharField(max_length=20, unique=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="cases")
    responsible_node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="responsible_cases")
    adoption = models.ForeignKey(Adoption, on_delete=models.PROTECT)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="cases"
    )  # null: a person applies in their own name
    filer_id = models.UUIDField()
    draft_id = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    typed_name = models.CharField(max_length=120)  # the firm's name as filed
    window_person_id = models.UUIDField(null=True)  # staff who took it in at the window, if not filed online
    status = models.CharField(max_length=20, choices=CaseStatus.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    version = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)
    assignee_id = models.UUIDField(null=True)
    submitted_at = models.DateTimeField()
    received_on = models.DateField(
        null=True
    )  # of the complete or corrected file: the answer clock starts here
    answer_by = models.DateField(null=True)
    applicant_due = models.DateField(
        null=True
    )  # the firm's own deadline: correction, papers, promised papers
    accepted_on = models.DateField(null=True)
    promised_due = models.DateField(null=True)
    legal_due = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)
    pauses = models.JSONField(default=list)  # [[first day, last day], …] of the closed ones
    paused_since = models.DateField(null=True)
    extended_days = models.PositiveSmallIntegerField(default=0)
    closed_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["node", "status", "promised_due"], name="case_inbox"),
            models.Index(fields=["organisation", "-submitted_at"], name="case_of_firm"),
            models.Index(fields=["assignee_id", "status"], name="case_of_assignee"),
        ]

    @property
    def clock_pauses(self) -> tuple[Pause, ...]:
        """Days that do not count, the pause still running included."""
        closed = tuple(Pause(date.fromisoformat(a), date.fromisoformat(b)) for a, b in self.pauses)
        return (*closed, Pause(self.paused_since, None)) if self.paused_since else closed

    @property
    def firm_name(self) -> str:
        """Who applies: the firm as on its licence, else as typed; a person by the name they gave."""
        return (self.organisation.name if self.organisation else "") or self.typed_name

    @property
    def applicant_code(self) -> str:
        return str(self.organisation.code) if self.organisation else ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


class CaseAccess(Row):
    """Who may see a case and all that hangs on it. Row security of every case table asks only this."""

    scope = AnyOf(
        ByNode("node_id"), ByOrganisation("organisation_id"), ByPerson("person_id"), Purpose("filing")
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="access")
    node = models.ForeignKey(Node, null=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    person_id = models.UUIDField(null=True)  # the filer: a claimed member sees what they filed themselves
    kind = models.CharField(max_length=10, choices=AccessKind.choices)

    class Meta:
        indexes = [
            models.Index(fields=["case", "node"], name="access_by_node"),
            models.Index(fields=["case", "organisation"], name="access_by_firm"),
        ]


class CaseEvent(ChainedEvent):
    """The record of a case. Sequence 1…n without gap (C2), chained by hash, never changed."""

    scope = AnyOf(ByCase("case_id"), Purpose("filing"), Purpose("audit"))
    stream_order: ClassVar[tuple[str, ...]] = ("case_id",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_event_once")]
        ordering = ["case_id", "seq"]

    @property
    def stream_name(self) -> str:
        return f"case:{self.case_id}"

    @classmethod
    def in_stream(cls, name: str) -> models.QuerySet[Any] | None:
        return cls.objects.filter(case_id=name[5:]) if name.startswith("case:") else None

    @property
    def kind(self) -> EventType:
        return EventType(self.type)


class CaseRecord(Row):
    """Text and personal values of a case. Erasable: the chain holds only its id and keyed hash (A3)."""

    scope = AnyOf(ByCase("case_id"), Purpose("filing"), Purpose("retention"))

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=10, choices=RecordKind.choices)
    body = models.JSONField()
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # the body is gone; the chain still holds


class Assignment(Row):
    """Who had a case on the desk, from when until when."""

    scope = AnyOf(ByCase("case_id"))

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    person_id = models.UUIDField()
    desk_name = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(until=None), name="assignment_current_once")
        ]


class DefectSheet(Row):
    """The correction letter while a clerk gathers its defects: kept until it is sent, seen by the node only."""

    scope = AnyOf(ByNode("node_id"))

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="sheet")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    defects = models.JSONField(default=list)
    saved_at = models.DateTimeField()


class StandardSentence(Row):
    """A sentence a node uses again in its letters, offered when a defect of that field is written."""

    scope = AnyOf(ByNode("node_id"))

    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    item_code = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    text = models.CharField(max_length=610)  # what is wrong, a line break, what to do
    used = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "item_code", "field", "text"], name="sentence_once")
        ]


class CaseNote(Row):
    """A private note of the staff on a case. The firm has no door to this table."""

    scope = AnyOf(ByNode("node_id"), Purpose("retention"))

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    author_id = models.UUIDField()
    desk_name = models.CharField(max_length=20)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()


class CaseWarning(Row):
    """One rung of the warning ladder was reached. The key lets each rung speak once (C13)."""

    scope = AnyOf(ByCase("case_id"), Purpose("sweep"))

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="warnings")
    clock = models.CharField(max_length=10, choices=Clock.choices)
    level = models.CharField(max_length=8, choices=Level.choices)
    due = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "clock", "level", "due"], name="warning_once")]
