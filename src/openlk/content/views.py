"""News and documents."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from openlk.cabinets.scoping import current
from openlk.content.definition import documents_of, rubrics_of
from openlk.content.documents import versions
from openlk.content.queries import news_item, news_of
from openlk.kit import clock
from openlk.kit.markdown import to_html
from openlk.look.page import page
from openlk.look.pages import sliced
from openlk.look.regions import chosen_region, remember_region

PAGE_SIZE = 12


@require_safe
def news_page(request: HttpRequest) -> HttpResponse:
    """`/news`: the list, by rubric and region."""
    cabinet = current()
    rubrics = rubrics_of(cabinet)
    rubric = request.GET.get("rubric", "")
    rubric = rubric if rubric in rubrics else ""
    region = chosen_region(request)
    shown = sliced(
        news_of(cabinet, clock.today(cabinet.profile.timezone), region, rubric), request.GET.get("page", ""), PAGE_SIZE
    )
    context = {
        "items": shown.items,
        "rubrics": [{"key": key, "title": title, "current": key == rubric} for key, title in rubrics.items()],
        "rubric": rubric,
        "region": region,
        "regions": cabinet.profile.regions,
        "page": shown.page,
        "pages": shown.pages,
    }
    response = page(request, "content/news.html", context)
    remember_region(request, response)
    return response


@require_safe
def news_item_page(request: HttpRequest, slug: str) -> HttpResponse:
    """`/news/<slug>`: one item."""
    cabinet = current()
    item = news_item(slug)
    if item is None or item.published > clock.today(cabinet.profile.timezone):
        raise Http404
    context = {
        "item": {
            "slug": item.slug,
            "title": item.title,
            "lead": item.lead,
            "rubric_title": rubrics_of(cabinet).get(item.rubric, item.rubric),
            "published": item.published,
            "body_html": Markup(to_html(item.body)),  # noqa: S704 -- to_html lets no tag of the source through
        }
    }
    return page(request, "content/news_item.html", context)


@require_safe
def document_page(request: HttpRequest, name: str) -> HttpResponse:
    """`/documents/<name>[?version=…]`: a legal document, the version in force unless asked otherwise."""
    known = versions(name) if name in documents_of(current()) else []
    if not known:
        raise Http404
    wanted = request.GET.get("version", known[0].version)
    document = next((each for each in known if each.version == wanted), None)
    if document is None:
        raise Http404
    address = reverse("document", kwargs={"name": name})
    context = {
        "title": document.title,
        "version": document.version,
        "body_html": Markup(to_html(document.body)),  # noqa: S704 -- to_html lets no tag of the source through
        "versions": [
            {"version": each.version, "href": f"{address}?version={each.version}", "current": each is document}
            for each in known
        ],
    }
    return page(request, "content/document.html", context)
