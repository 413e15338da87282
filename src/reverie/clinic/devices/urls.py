"""Addresses of the devices room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
