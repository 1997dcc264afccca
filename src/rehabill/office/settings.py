"""Settings of the office. Everything a place of work decides comes from the environment:

`REHABILL_DATABASE_URL`  where the books are; without it one SQLite file in the user's data folder
`REHABILL_HOME`          that folder
`REHABILL_SECRET_KEY`    what signs sessions; without it a key kept in that folder
"""

from rehabill.office.database import database
from rehabill.office.home import home, secret_key

SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": database(home())}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rehabill.office.practices",
    "rehabill.office.accounts",
    "rehabill.office.people",
    "rehabill.office.coverage",
    "rehabill.office.visits",
    "rehabill.office.exchange",
    "rehabill.office.claims",
    "rehabill.office.money",
    "rehabill.office.worklists",
    "rehabill.office.guards",
    "django_tasks",
    "django_tasks_db",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
ROOT_URLCONF = "rehabill.office.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
