from django.urls import path

from qcy.delivery.components import views

app_name = "components"
urlpatterns = [path("", views.gallery, name="gallery")]
