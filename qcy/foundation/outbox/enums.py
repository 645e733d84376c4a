from django.db.models import TextChoices


class RowState(TextChoices):
    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
