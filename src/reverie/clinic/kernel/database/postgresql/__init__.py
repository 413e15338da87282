"""Django's PostgreSQL backend with the one rule that the rest of the house is built on: one writer."""
