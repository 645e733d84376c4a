from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qcy.delivery.components import samples

SCREENS = {
    "console": "components/gallery_console.html",
    "drawer": "components/gallery_drawer.html",
    "home": "components/gallery_home.html",
    "form": "components/gallery_form.html",
}


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state; `?screen=console` and the like show them put together."""
    template = SCREENS.get(request.GET.get("screen", ""), "components/gallery.html")
    large = "1" in (request.GET.get("large"), request.COOKIES.get("large"))
    return render(request, template, samples.shell() | samples.components() | {"large_print": large})
