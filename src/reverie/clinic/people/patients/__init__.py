"""Patients: registering, finding and telling them apart."""
