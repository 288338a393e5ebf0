"""News and legal documents."""

from django.db import models

from openlk.cabinets.models import CabinetModel


class News(CabinetModel):
    """A news item in Markdown; `regions` empty means everywhere."""

    slug = models.SlugField(max_length=80)
    rubric = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    lead = models.CharField(max_length=500)
    body = models.TextField()
    published = models.DateField()
    regions = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "slug"], name="content_news_slug")]
        indexes = [models.Index(fields=["cabinet", "-published"], name="content_news_published")]


class DocumentVersion(CabinetModel):
    """One published version of a legal document, kept for ever: consents point at it by version and hash."""

    append_only = True

    name = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "name", "version"], name="content_document_version")]
