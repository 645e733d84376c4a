from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import GlobalRead


class NodeKind(models.TextChoices):
    HUB = "hub", "总窗口"
    DISTRICT = "district", "节点"


class Node(Row):
    """A place that serves firms under its own name. A node is not a region: see NodeCoverage."""

    scope = GlobalRead("names and addresses of public offices")

    code = models.CharField(max_length=4, unique=True)  # prefix of its case numbers: XX, FX
    slug = models.SlugField(max_length=30, unique=True)  # in addresses: /n/fengxi/
    name = models.CharField(max_length=40)
    short_name = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=NodeKind.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="districts")
    skin = models.JSONField(default=dict)  # lead sentence; what the node may say in its own words
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def hero(self) -> str:
        """The ground of the hero, one of `services.HEROES`."""
        return str(self.skin.get("hero", "teal"))

    @property
    def emblem(self) -> str:
        return str(self.skin.get("emblem") or self.short_name[:1])

    @property
    def ring(self) -> int:
        """Which ring of the schematic it stands on: 1 the new towns around the hub, 2 everybody else."""
        return int(self.skin.get("ring", 2))

    @property
    def lead(self) -> str:
        return str(self.skin.get("lead", ""))


class NodeCoverage(Row):
    """Which region a node covers, and when. Many to many: several nodes may cover one region."""

    scope = GlobalRead("public boundaries")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="coverage")
    region_code = models.CharField(max_length=6, blank=True)  # GB/T 2260; blank: none exists
    description = models.CharField(max_length=100)
    named = models.JSONField(default=list)  # places people type that lie in it: 斗门、西部云谷
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class ServicePoint(Row):
    """An office of a node. What the node file does not know stays blank and is shown as 待运营方填写."""

    scope = GlobalRead("public offices")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="service_points")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120, blank=True)
    hours = models.CharField(max_length=60, blank=True)
    consult_phone = models.CharField(max_length=40, blank=True)
    complaint_phone = models.CharField(max_length=40, blank=True)
    operator = models.CharField(max_length=60, blank=True)
    is_demo = models.BooleanField(default=False)


class Window(Row):
    """A window (窗口) of a service point. Which category it serves is the hall's own division of work."""

    scope = GlobalRead("public offices")

    point = models.ForeignKey(ServicePoint, on_delete=models.CASCADE, related_name="windows")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20)
    name = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point", "number"], name="window_number_once")]
        ordering = ["number"]
