"""Addresses of the course room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
