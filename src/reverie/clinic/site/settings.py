"""Django settings. Importing them creates nothing and reads no secret."""
SECRET_KEY = "unset"
INSTALLED_APPS: list[str] = []
