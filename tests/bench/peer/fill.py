"""Migrates the peer and gives it people: python -m tests.bench.peer.fill COUNT PASSWORD."""

import sys

import django
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

django.setup()

# Django is set up by the call above.
from allauth.account.models import EmailAddress  # noqa: E402 -- a model needs Django set up
from django.contrib.auth.models import User  # noqa: E402 -- a model needs Django set up


def main() -> None:
    """Users `person1`, `person2`… of one password, each with a verified e-mail address."""
    count, password = int(sys.argv[1]), make_password(sys.argv[2])
    assert settings.ROOT_URLCONF == "tests.bench.peer.urls"
    call_command("migrate", interactive=False, verbosity=0)
    users = User.objects.bulk_create(
        User(username=f"person{number}", email=f"person{number}@example.org", password=password)
        for number in range(1, count + 1)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


main()
