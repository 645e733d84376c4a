"""Every address of the product, then the floors: one server answers both, through the same middleware."""

from __future__ import annotations

from django.urls import path

from qcy.delivery.web.gates import public, signed_in, writes
from qcy.delivery.web.urls import handler404, handler500
from qcy.delivery.web.urls import urlpatterns as product

from . import floor

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *product,
    path("floor/bare/", public(floor.bare)),
    path("floor/submit/", signed_in(writes(back="../")(floor.submit))),
    path("floor/raw/<slug:name>/", public(floor.raw_page)),
    path("floor/orm/<slug:name>/", public(floor.orm_page)),
]
