"""Addresses of the chart room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
