"""The ASGI application that the web process serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reverie.clinic.site.settings")
inner = get_asgi_application()

# needs the settings, which the line above has set up
from reverie.clinic.site.bounded import bounded  # noqa: E402

application = bounded(inner)
