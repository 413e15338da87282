"""Addresses of the devices room."""

from django.urls import path

from reverie.clinic.devices import views, views_quarantine

urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/link/", views.link, name="device_link"),
    path("devices/<uuid:device_id>/", views.device, name="device"),
    path("quarantine/", views_quarantine.quarantine, name="quarantine"),
    path("quarantine/group/", views_quarantine.group, name="quarantine_group"),
    path("quarantine/group/resolve/", views_quarantine.resolve_group, name="quarantine_resolve_group"),
    path("quarantine/resolved/", views_quarantine.resolved, name="quarantine_resolved"),
    path("quarantine/<uuid:message_id>/", views_quarantine.message, name="quarantined"),
    path("quarantine/<uuid:message_id>/resolve/", views_quarantine.resolve, name="quarantine_resolve"),
]
