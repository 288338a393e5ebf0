"""People of two kinds: operators of organisations, and the logins of their customers."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from openlk.cabinets.models import CabinetModel
from openlk.register.models import Holder, Identifier


class Operator(AbstractBaseUser):
    """Somebody who works for organisations. Customers are never Django users."""

    username = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=300)
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]


class OperatorRole(CabinetModel):
    """What an operator may do in one cabinet: viewer, registrar, editor, cashier, approver or owner."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "operator", "role"], name="identity_role_once")]


class Login(CabinetModel):
    """What a customer logs in with; `name` is in matchable form, `password` a PHC string of Argon2id."""

    name = models.CharField(max_length=320)
    password = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "name"], name="identity_login_name")]


class Link(CabinetModel):
    """A login opens what an identifier stands for, at a level: «simple» or «full»."""

    login = models.ForeignKey(Login, models.CASCADE, related_name="links")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="links")
    identifier = models.ForeignKey(Identifier, models.PROTECT, related_name="links")
    level = models.CharField(max_length=10)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "login", "identifier"], name="identity_link_once")]
        indexes = [models.Index(fields=["cabinet", "holder"], name="identity_link_holder")]


class LoginContact(CabinetModel):
    """Where a login is reached. `source`: register, operator or person; `vouched_at`: when somebody vouched for it."""

    login = models.ForeignKey(Login, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=320)
    source = models.CharField(max_length=20)
    vouched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "login", "kind"], name="identity_contact_kind")]


class Consent(CabinetModel):
    """What was agreed to: the document, its version and the hash of its text, when, how and from where."""

    login = models.ForeignKey(Login, models.CASCADE, related_name="consents")
    document = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    text_sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=45)


class Session(CabinetModel):
    """A signed-in browser, of a customer or an operator, valid in one cabinet only. The token itself is not stored.

    `proved_at`: when whoever sits there last proved who they are; what matters asks for a fresh proof.
    """

    audience = models.CharField(max_length=10)
    token_digest = models.CharField(max_length=64, unique=True)
    login = models.ForeignKey(Login, models.CASCADE, null=True, related_name="sessions")
    operator = models.ForeignKey(Operator, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_session_of_one",
                condition=models.Q(audience="customer", login__isnull=False, operator__isnull=True)
                | models.Q(audience="operator", login__isnull=True, operator__isnull=False),
            )
        ]
