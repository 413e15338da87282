"""Addresses of the chairside room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
