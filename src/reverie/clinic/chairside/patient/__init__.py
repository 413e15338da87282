"""The patient's page: composes people, chart, course and sessions."""
