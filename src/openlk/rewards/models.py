"""Partners and what they return to a member who buys through the cabinet."""

from django.db import models

from openlk.cabinets.models import CabinetModel

# The manual, page 4: the freeze lasts from 30 to 60 calendar days, set for each shop.
MIN_HOLD_DAYS = 30
MAX_HOLD_DAYS = 60


class Partner(CabinetModel):
    """A shop, service, bank or insurer; `tone` picks one of the eight colours of its mark."""

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    category = models.CharField(max_length=60)
    icon = models.CharField(max_length=60)
    tone = models.PositiveSmallIntegerField()
    about = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "slug"], name="rewards_partner_slug")]


class Offer(CabinetModel):
    """What a partner returns: a share in basis points or a fixed sum in kopecks, frozen for `hold_days`."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="offers")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300)
    terms = models.TextField()
    exclusions = models.TextField(default="")
    rate_bp = models.PositiveIntegerField(null=True)
    fixed_kopecks = models.PositiveBigIntegerField(null=True)
    up_to = models.BooleanField(default=False)
    hold_days = models.PositiveSmallIntegerField()
    regions = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    online = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "slug"], name="rewards_offer_slug"),
            models.CheckConstraint(
                name="rewards_offer_hold", condition=models.Q(hold_days__range=(MIN_HOLD_DAYS, MAX_HOLD_DAYS))
            ),
            models.CheckConstraint(
                name="rewards_offer_one_rate",
                condition=models.Q(rate_bp__isnull=False, fixed_kopecks__isnull=True)
                | models.Q(rate_bp__isnull=True, fixed_kopecks__isnull=False),
            ),
        ]
