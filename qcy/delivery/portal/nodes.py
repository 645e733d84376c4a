from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from qcy.foundation.nodes.queries import node_of


def at_node(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The node of the address becomes `request.node`; without a prefix it is the hub."""

    def run(request: Any, *args: Any, slug: str = "", **kwargs: Any) -> HttpResponse:
        request.node = node_of(slug)
        if request.node is None:
            raise Http404
        return view(request, *args, **kwargs)

    return wraps(view)(run)
