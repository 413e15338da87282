"""Alarms judged from outside: scripted sessions, a bedside record, and what a nurse would agree with."""
