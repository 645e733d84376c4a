from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from qcy.engines.forms.models import FormEdition
from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByNode, GlobalRead
from qcy.foundation.nodes.models import Node

from .definition import MatterDefinition
from .windows import LAST


class Item(Row):
    """A matter (事项) as the whole platform knows it."""

    scope = GlobalRead("the catalogue is public")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    category = models.CharField(max_length=20)
    level = models.CharField(max_length=20)
    aliases = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=100)  # order inside its category
    owner = models.ForeignKey(
        Node, null=True, on_delete=models.PROTECT, related_name="own_items"
    )  # the node that added it; null: part of the standard all nodes share


class Edition(Row):
    """One immutable version of a matter's content, each field with source and confidence."""

    scope = GlobalRead("the catalogue is public")
    append_only = True

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="editions")
    version = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    form = models.ForeignKey(FormEdition, on_delete=models.PROTECT)
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "version"], name="edition_once")]


class EditionWithdrawal(Row):
    """An edition that must not be used any more, and why. The edition itself never changes (C3)."""

    scope = GlobalRead("the catalogue is public")
    append_only = True

    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()


class EditionDraft(Row):
    """The next edition of a matter while somebody edits it, in the shape of its YAML file."""

    scope = AnyOf(ByNode("node_id"))

    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    item_code = models.SlugField(max_length=40)
    document = models.JSONField()  # as `seeds/catalogue/*.yaml`
    version = models.PositiveIntegerField(default=1)  # of the draft: two editors do not overwrite each other
    saved_by = models.UUIDField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "item_code"], name="edition_draft_once")]


class AdoptionMode(models.TextChoices):
    PINNED = "pinned", "固定版本"
    FOLLOWING = "following", "跟随最新版"


DEFINITIONS: dict[str, MatterDefinition] = {}  # digest -> definition; one entry per published version


class Adoption(Row):
    """A node offers a matter. Publishing froze `resolved`: no later override touches an open case."""

    scope = GlobalRead("the catalogue is public")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="adoptions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="adoptions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT)
    mode = models.CharField(max_length=10, choices=AdoptionMode.choices, default=AdoptionMode.PINNED)
    overrides = models.JSONField(default=dict)
    resolved = models.JSONField()
    digest = models.CharField(max_length=64)
    opens_on = models.DateField()
    closes_on = models.DateField()
    window_is_demo = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "item"], condition=Q(is_current=True), name="adoption_current_once"
            )
        ]

    @property
    def definition(self) -> MatterDefinition:
        """Frozen at publishing, so read once per process; lists defer the large column."""
        found = DEFINITIONS.get(self.digest)
        if found is None:
            found = DEFINITIONS[self.digest] = MatterDefinition(self.resolved)
        return found

    @property
    def is_all_year(self) -> bool:
        return bool(self.closes_on >= LAST)

    def is_open_on(self, today: date) -> bool:
        return self.opens_on <= today <= self.closes_on

    def days_left(self, today: date) -> int:
        return (self.closes_on - today).days
