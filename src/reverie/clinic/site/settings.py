"""Django settings. Importing them creates nothing and reads no secret but the web key, if it is there.

The data folder (REVERIE_HOME) says which clinic runs; DATABASE_URL takes PostgreSQL in SQLite's place.
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from reverie.clinic.kernel import home, keys
from reverie.clinic.kernel.database import OWN_ENGINE, address

PACKAGE = Path(__file__).resolve().parents[2]
HOME = home.current()
DEMO = HOME.is_demo


def _web_key() -> str:
    try:
        return keys.read("web")
    except keys.KeyMissing:
        # commands that sign nothing (a check, a build) work without a home; serving refuses this value
        return "no key yet"


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": OWN_ENGINE,
            "NAME": str(HOME.database),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
            },
            "TEST": {"NAME": str(HOME.root / "test.db")},
        }
    return address.settings_of(url)


SECRET_KEY = _web_key()
DEBUG = False
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, os.environ.get("REVERIE_HOSTS", "").split(",")),
]
ROOT_URLCONF = "reverie.clinic.site.urls"
ASGI_APPLICATION = "reverie.clinic.site.asgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "reverie.clinic.kernel.apps.KernelConfig",
    "reverie.clinic.people.apps.PeopleConfig",
    "reverie.clinic.rulebook.apps.RulebookConfig",
    "reverie.clinic.chart.apps.ChartConfig",
    "reverie.clinic.course.apps.CourseConfig",
    "reverie.clinic.session.apps.SessionConfig",
    "reverie.clinic.chairside.apps.ChairsideConfig",
    "reverie.clinic.devices.apps.DevicesConfig",
    "reverie.clinic.site.apps.SiteConfig",
]

MIDDLEWARE = [
    "reverie.clinic.kernel.unavailable.Unavailable",
    "reverie.clinic.site.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "reverie.clinic.site.bounded.Bounded",
    "reverie.clinic.site.methods.Methods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reverie.clinic.kernel.unavailable.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reverie.clinic.people.gate.Gate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # people before allauth, whose pages it draws anew
        "DIRS": [PACKAGE / "clinic" / room / "templates" for room in ("site", "people")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reverie.clinic.site.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "reverie.clinic.site.rendering.ClinicRenderer"

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "static"]
# served from the package itself, so that there is no collecting step
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

# sign-in: see reverie.clinic.people
AUTHENTICATION_BACKENDS = ["reverie.clinic.people.adapter.Backend"]
PASSWORD_HASHERS = ["reverie.clinic.people.hashing.CappedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "reverie.clinic.people.passwords.NotTheClinic"},
    {"NAME": "reverie.clinic.people.passwords.NotTooLong"},
]
PIN_LEAST_DIGITS = max(4, int(os.environ.get("REVERIE_PIN_DIGITS", "6")))
ACCOUNT_ADAPTER = "reverie.clinic.people.adapter.Adapter"
ACCOUNT_FORMS = {"login": "reverie.clinic.people.forms_sign_in.NameAndPassword"}
# its counters forget under pressure: reverie.clinic.people.throttle counts instead
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "reverie.clinic.people.adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "reverie.clinic.people.codes.CodeForm",
    "reauthenticate": "reverie.clinic.people.codes.CodeAgainForm",
    "activate_totp": "reverie.clinic.people.codes.FirstCodeForm",
    "add_webauthn": "reverie.clinic.people.forms_sign_in.NewPasskey",
    "edit_webauthn": "reverie.clinic.people.forms_sign_in.PasskeyName",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Reverie"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# the browser
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "reverie.clinic.site.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("REVERIE_HTTPS") == "1":
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    CSRF_TRUSTED_ORIGINS = [
        f"https://{host}" for host in ALLOWED_HOSTS if host not in ("localhost", "127.0.0.1", "[::1]")
    ]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# a clinic's own host name belongs on no browser's preload list
SILENCED_SYSTEM_CHECKS = ["security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
# an edition of alarm rules is one form
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "reverie.clinic.kernel.log.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.csrf": {"level": "ERROR"}},
}
