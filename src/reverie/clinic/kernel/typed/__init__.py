"""What people type: text, numbers and dates, read strictly and answered in plain words."""
