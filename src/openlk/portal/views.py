"""The customer's shell: start page, home, profile, the membership pass."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from openlk.cabinets.addressing import by_path_allowed
from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import current
from openlk.content.definition import rubrics_of
from openlk.content.documents import versions
from openlk.content.queries import news_of
from openlk.flows.definition import offered_flows
from openlk.identity.definition import login_definition
from openlk.identity.middleware import login_of, person_on
from openlk.identity.models import LoginContact
from openlk.identity.queries import CurrentLogin, consents_of, sessions_of
from openlk.identity.views import members_only
from openlk.kit import clock
from openlk.kit.dates import clock_time, day_month, day_month_year
from openlk.kit.kinds import KINDS
from openlk.look.page import page
from openlk.look.regions import chosen_region, remember_region
from openlk.look.section import home_blocks
from openlk.portal.definition import pass_definition
from openlk.portal.membership_pass import check_address, check_token, issue_token, qr_svg, valid_until
from openlk.portal.queries import home_balances
from openlk.rewards.queries import offers_of

START_OFFERS = 9
START_NEWS = 6


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """`/<cabinet>/`: what this is, the showcase and the news, before login."""
    cabinet = current()
    definition = pass_definition(cabinet)
    region = chosen_region(request)
    today = clock.today(cabinet.profile.timezone)
    offers = offers_of(cabinet, today, region)
    context = {
        "regions": cabinet.profile.regions,
        "region": region,
        "offers": offers[:START_OFFERS],
        "offers_total": len(offers),
        "news": news_of(cabinet, today, region)[:START_NEWS],
        "rubrics": [{"key": key, "title": title} for key, title in rubrics_of(cabinet).items()],
        "pass_title": definition.title if definition else "",
    }
    response = page(request, "portal/start.html", context)
    remember_region(request, response)
    return response


@require_safe
@members_only
def home(request: HttpRequest) -> HttpResponse:
    """`/me/`: greeting, balances, the pass, and what the cabinet's sections have to show."""
    cabinet, person = current(), person_on(request)
    region = chosen_region(request)
    context = {
        "greeting": person.given_names,
        "balances": home_balances(person.holder_id) if "money" in cabinet.profile.sections else None,
        "releases": [],
        "pass_": _pass_card(request),
        "blocks": home_blocks(cabinet, region),
    }
    response = page(request, "portal/home.html", context)
    remember_region(request, response)
    return response


def _pass_card(request: HttpRequest) -> dict[str, object] | None:
    definition, person = pass_definition(current()), person_on(request)
    if definition is None:
        return None
    return {
        "title": definition.title,
        "full_name": person.full_name,
        "number": person.printed,
        "organisation": current().profile.organisation,
        "region_organisation": person.region,
        "valid": not person.ended,
        "ended": person.ended,
    }


@require_safe
@members_only
def profile(request: HttpRequest) -> HttpResponse:
    """`/me/profile`: what we know, what was agreed to, where the cabinet is open."""
    cabinet, person, login = current(), person_on(request), login_of(request)
    assert login is not None  # members_only
    zone = cabinet.profile.timezone
    titles = {(each.document, each.version) for each in consents_of(login.login_id)}
    names = {version.version + name: version.title for name in {n for n, _ in titles} for version in versions(name)}
    context = {
        "rows": _profile_rows(login_definition(cabinet).hint, person.printed, person.region, login),
        "consents": [
            {
                "title": names.get(each.version + each.document, each.document),
                "version": each.version,
                "given_at": f"{day_month_year(each.given_at, zone)}, {clock_time(each.given_at, zone)}",
                "href": f"{reverse('document', kwargs={'name': each.document})}?version={each.version}",
            }
            for each in consents_of(login.login_id)
        ],
        "sessions": [
            {
                "device": each.device,
                "last_seen": f"{day_month(each.last_seen_at, zone)}, {clock_time(each.last_seen_at, zone)}",
                "current": each.pk == login.session_id,
            }
            for each in sessions_of(login.login_id)
        ],
    }
    return page(request, "portal/profile.html", context)


_SOURCES = {"register": "Из реестра", "person": "Указано Вами", "operator": "Указано поддержкой"}


def _profile_rows(number_title: str, number: str, region: str, login: CurrentLogin) -> list[dict[str, str]]:
    rows = [{"title": number_title, "value": number, "note": "Это Ваш логин", "href": ""}]
    contacts = {each.kind: each for each in LoginContact.objects.filter(login=login.login_id)}
    for kind, title in (("phone", "Телефон"), ("email", "Электронная почта")):
        rows.append({"title": title, **_contact_row(kind, contacts.get(kind)), "href": _change(kind)})
    rows.append({"title": "Пароль", "value": "········", "note": "", "href": _change("password")})
    if region:
        rows.append({"title": "Регион", "value": region, "note": "", "href": ""})
    return [row for row in rows if row["value"] or row["href"]]


def _contact_row(kind: str, contact: LoginContact | None) -> dict[str, str]:
    if contact is None:
        return {"value": "", "note": "Не указано"}
    note = _SOURCES[contact.source] if contact.vouched_at else f"{_SOURCES[contact.source]}. Не подтверждено"
    return {"value": KINDS[kind].mask(contact.value), "note": note}


def _change(offer: str) -> str:
    """The address where the person changes this by themselves; «» where the cabinet has no such flow."""
    name = next(iter(offered_flows(current(), offer)), "")
    return reverse("login_flow", kwargs={"flow_name": name}) if name else ""


@require_safe
@members_only
def pass_page(request: HttpRequest) -> HttpResponse:
    """`/me/pass`: the pass with its QR code on a whole screen."""
    cabinet, person = current(), person_on(request)
    definition = pass_definition(cabinet)
    if definition is None:
        raise Http404
    address = check_address(cabinet, person.link_id)
    until = valid_until(clock.wall())
    zone = cabinet.profile.timezone
    context = {
        "title": definition.title,
        "qr_svg": qr_svg(address),
        "full_name": person.full_name,
        "number": person.printed,
        "organisation": cabinet.profile.organisation,
        "valid_until": f"{day_month(until, zone)}, {clock_time(until, zone)}",
        "check_url": reverse("pass_check", kwargs={"token": issue_token(cabinet, person.link_id)}),
    }
    return page(request, "portal/pass.html", context)


@require_safe
@members_only
def pass_svg(request: HttpRequest) -> HttpResponse:
    """`/me/pass.svg`: the QR code alone, for the card on the home page."""
    if pass_definition(current()) is None:
        raise Http404
    svg = qr_svg(check_address(current(), person_on(request).link_id))
    # str() first: a Markup would escape the replacement.
    text = str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    response = HttpResponse(text, content_type="image/svg+xml")
    # The address is the same for everybody: the next person in this browser must not see this one's code.
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def pass_check(request: HttpRequest, token: str) -> HttpResponse:
    """`/pass/<token>`: what a cashier sees who scans a pass."""
    cabinet = current()
    definition = pass_definition(cabinet)
    if definition is None:
        raise Http404
    checked = check_token(cabinet, token)
    now, zone = clock.wall(), cabinet.profile.timezone
    context = {
        "valid": checked.valid,
        "holder_title": definition.holder_title,
        "name": checked.name,
        "reason": checked.reason,
        "organisation": cabinet.profile.organisation,
        "checked_at": f"{day_month(now, zone)}, {clock_time(now, zone)}",
    }
    return page(request, "portal/pass_check.html", context, status=200 if checked.valid else 404)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/`: the cabinets that share this host; there is no such page where each has a host of its own."""
    if not by_path_allowed():
        raise Http404
    shown = [
        {
            "name": each.profile.name,
            "tagline": each.profile.tagline,
            "organisation": each.profile.organisation,
            "href": f"/{each.slug}/",
            "accent": each.profile.accent,
        }
        for each in cabinets().values()
    ]
    return page(request, "portal/index.html", {"cabinets": shown})
