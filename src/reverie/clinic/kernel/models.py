"""The kernel's tables: streams of hash-chained entries, and signed editions with their signatures.

A Head is the lock of its stream. Entries are only ever inserted; `body` alone may be emptied, by a lawful
redaction. Rows are written by `streams`, `editions` and `signatures`, never by views.
"""

from __future__ import annotations

from django.db import models

from reverie.clinic.kernel import ids
from reverie.clinic.kernel.chain import GENESIS


class Head(models.Model):
    """The last entry of a stream: its number and hash."""

    stream = models.CharField(max_length=80, unique=True)
    seq = models.PositiveIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=GENESIS)

    def __str__(self) -> str:
        return self.stream


class Entry(models.Model):
    """One entry of a stream, as `chain.Entry` describes it. Times are milliseconds since the epoch."""

    head = models.ForeignKey(Head, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    occurred_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    actor = models.TextField()
    salt = models.BinaryField(max_length=16, null=True)
    body = models.TextField(null=True)
    digest = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["head", "seq"], name="entry_once_per_seq"),
            models.UniqueConstraint(fields=["head", "key"], name="entry_once_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Edition(models.Model):
    """One version of a signed, versioned set of rules, limits, templates or protocols."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    body = models.TextField()
    content_hash = models.CharField(max_length=64)
    written_by = models.CharField(max_length=150)
    written_at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic_id", "kind", "name", "number"], name="edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}, edition {self.number}"


class Signature(models.Model):
    """Who signed what content, in what role, when, meaning what."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    subject = models.CharField(max_length=120, db_index=True)
    content_hash = models.CharField(max_length=64)
    signer_id = models.CharField(max_length=64)
    signer_name = models.CharField(max_length=150)
    signer_role = models.CharField(max_length=40)
    meaning = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.signer_name}: {self.meaning}"
