"""A process that commits readings, as the listener does: `committer.py DATABASE STREAM COUNT`."""

from __future__ import annotations

import sys
import time

import django
from django.conf import settings


def main(database: str, stream: str, count: int) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from reverie.clinic.kernel import streams
    from tests.clinic.session.made import message, row

    for number in range(count):
        with transaction.atomic():
            streams.append(streams.lock(stream), [message(number, row("spo2", str(90 + number % 10)))])
        time.sleep(0.004)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
