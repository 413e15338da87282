"""The site as a Django app: it owns no tables, it joins the rooms."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Addresses, base templates, the shell around every page, the demo cast."""

    name = "reverie.clinic.site"
    label = "site"
