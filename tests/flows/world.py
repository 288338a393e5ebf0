"""One cabinet with its people and their browsers, for whoever drives them; every act is watched."""

import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from django.core.signals import got_request_exception
from django.db import connection, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.content.documents import publish
from openlk.flows.definition import REGISTRATION, FlowDefinition, flows_of
from openlk.flows.engine import begin
from openlk.flows.models import Run
from openlk.flows.walk import Visitor
from openlk.guard.models import Challenge
from openlk.guard.sends import may_send
from openlk.identity import passwords
from openlk.identity.passwords import hash_password
from openlk.kit import clock
from openlk.kit.sealed import new_token
from openlk.look import memory
from tests.flows.discovered import wants_login
from tests.flows.filling import NEW_EMAIL, NEW_PASSWORD, NEW_PHONE, Filler, again_form, main_form, proof_form
from tests.flows.upgrades import upgrades
from tests.flows.watching import Issued, Known, Seen, check, check_clear, look
from tests.support.people import PASSWORD, Person, make_person
from tests.support.plain_browser import Browser, Page
from tests.support.stage import Wall

EXPECTED = frozenset({200, 302, 404, 410, 429})
MOST_TABS = 6
MOST_SENDS = 20
# No two acts happen at one moment.
TICK = timedelta(milliseconds=20)
_RUN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Argon2id as cheap as libsodium makes it: what is driven here is the way, not the hash.
CHEAP = {"OPERATIONS": 1, "MEMORY_BYTES": 8192, "_PREFIX": "$argon2id$v=19$m=8,t=1,p=1$"}


class WatchedBrowser(Browser):
    """Never sees anything but the answers that a person can do something with."""

    def _request(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Page:
        page = super()._request(method, address, body, headers)
        assert page.status in EXPECTED, f"{method} {address} was answered {page.status}"
        return page


@dataclass
class Device:
    """A browser with the pages that are open in it, the newest last, and the run that it is about."""

    browser: WatchedBrowser
    tabs: list[Page] = field(default_factory=list)
    run: str = ""

    def keep(self, page: Page) -> None:
        """One more page open."""
        self.tabs = [*self.tabs, page][-MOST_TABS:]
        found = _RUN.search(page.address)
        self.run = found.group() if found else self.run


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """Passwords are hashed at next to no cost."""
    with ExitStack() as patches:
        for name, value in CHEAP.items():
            patches.enter_context(patch.object(passwords, name, value))
        patches.enter_context(patch.object(passwords, "_NOBODY", hash_password("nobody")))
        yield


class World:
    """A cabinet, two people of its register, three browsers; `settle` holds every act against what must be true."""

    def __init__(self, slug: str, flow: str) -> None:
        self.slug, self.flow = slug, flow
        self.variants = upgrades(slug)
        self.cabinet: Cabinet = self.variants["as it was"]
        self.known, self.wall, self.stack = Known(), Wall(), ExitStack()
        self.owners: dict[str, str] = {}
        self.silent_pages: dict[tuple[Cabinet, str], str] = {}
        self.looks = 0
        self._open()

    def _open(self) -> None:
        enter = self.stack.enter_context
        enter(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        enter(patch.object(clock, "wall", lambda: self.wall.at))
        enter(cheap_hashes())
        enter(self._recording())
        enter(added(self.cabinet))
        got_request_exception.connect(self._broken)
        self.stack.callback(got_request_exception.disconnect, self._broken)
        for each in memory._memories:
            each._kept.clear()
        publish(self.cabinet)
        login = wants_login(flows_of(self.cabinet)[self.flow])
        self.people = [
            make_person(self.cabinet, email="anna@first.example", with_login=login),
            make_person(self.cabinet, phone="+79161112233", email="boris@second.example", with_login=True),
        ]
        self.password = {person.union_card: PASSWORD for person in self.people}
        self.devices = [Device(WatchedBrowser(remote=f"198.51.{100 + place}.7")) for place in range(3)]
        contacts = {each for person in self.people for each in (person.phone, person.email, person.full_name)}
        self.known.typed |= {PASSWORD, NEW_PASSWORD, NEW_PHONE, NEW_EMAIL, *contacts}
        self.before: Seen = look(self.cabinet)
        self.known.logins = set(self.before.passwords)
        self.wall.at += TICK

    def close(self) -> None:
        """Undo everything."""
        self.stack.close()

    def end(self) -> None:
        """The last look, at what is too much work to look at after every act."""
        if not connection.needs_rollback:
            with scope(self.cabinet):
                check_clear(self.known)

    def _broken(self, **_: Any) -> None:
        self.known.broken.append(traceback.format_exc())

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Note every secret that is issued and every comparison, wherever flows have imported them to."""
        recorders: dict[str, Callable[..., Any]] = {
            "issue_code": partial(self._issue, "code"),
            "issue_link": partial(self._issue, "link"),
            "fits": self._fits,
        }
        with ExitStack() as patches:
            for name, module in sorted(sys.modules.items()):
                for function, recorder in recorders.items():
                    if name.startswith("openlk.flows") and hasattr(module, function):
                        real = getattr(module, function)
                        patches.enter_context(patch.object(module, function, partial(recorder, real)))
            yield

    def _issue(self, kind: str, real: Callable[..., str], subject: str, **options: Any) -> str:
        secret = real(subject, **options)
        decoy = bool((options.get("about") or {}).get("decoy"))
        self.known.secrets.append(Issued(kind, subject, secret, decoy))
        return secret

    def _fits(self, real: Callable[..., Any], taken: Any, code: str) -> Any:
        if taken:
            self.known.compared.append((taken[0].subject, frozenset(each.challenge_id for each in taken), self.wall.at))
        return real(taken, code)

    # What is asked about the world.

    def person(self, other: bool = False) -> Person:
        """Who walks the flow, or the other one."""
        return self.people[other]

    def row(self, run_id: str) -> Run | None:
        """The row of a run."""
        with scope(self.cabinet):
            return Run.objects.select_related("flow_version").filter(pk=run_id).first() if run_id else None

    def definition(self, name: str) -> FlowDefinition | None:
        """Today's flow of that name."""
        return flows_of(self.cabinet).get(name)

    def code(self, run_id: str) -> str:
        """The newest code that was sent for the place where a run stands."""
        run = self.row(run_id)
        return next(iter(self._sent("code", f"run:{run_id}:{run.position}")), "123456") if run else "123456"

    def links(self) -> list[str]:
        """The tokens of all links that anybody can have, the newest first; where all is for show, those as well."""
        subjects = {each.subject for each in self.known.secrets if each.kind == "link"}
        known = {token for subject in subjects for token in self._sent("link", subject)}
        return [each.secret for each in reversed(self.known.secrets) if each.secret in known]

    def _sent(self, kind: str, subject: str) -> list[str]:
        issued = [each for each in reversed(self.known.secrets) if (each.kind, each.subject) == (kind, subject)]
        real = [each.secret for each in issued if not each.decoy]
        return real or [each.secret for each in issued]

    def waiting(self) -> list[Run]:
        """The runs that wait for an operator."""
        runs = self.before.runs.values()
        return [run for run in runs if run.waiting_for == "operator" and run.state == "active"]

    def secret(self, device: Device, name: str) -> str:
        """A cookie of the cabinet's, e.g. «-visit»; the session's has no ending."""
        return device.browser.jar.get((f"openlk-{self.slug}{name}", f"/{self.slug}/"), "")

    def living_secrets(self) -> int:
        """How many codes and links may still be used."""
        with scope(self.cabinet):
            return Challenge.objects.filter(used_at=None).count()

    # What people do.

    def send(self, device: Device, page: Page, place: int, values: Mapping[str, str]) -> Page:
        """Send a form as it stands in a page, however old, with the token that a page of today has."""
        form = page.forms()[place]
        token = {"csrfmiddlewaretoken": self.secret(device, "-csrf")}
        answer = device.browser.post(form.action, {**form.values, **values, **token})
        device.keep(device.browser.follow(answer))
        self.settle()
        return answer

    def start_of(self, name: str) -> str:
        """Where a flow begins, or nowhere."""
        flow = self.definition(name)
        if flow is None:
            return ""
        if flow.who == "login":
            return f"/{self.slug}/me/flows/{name}"
        if name == REGISTRATION:
            return f"/{self.slug}/register"
        return f"/{self.slug}/recover" if flow.offer == "recover" else ""

    def begin(self, device: Device, name: str, *, person: Person, known: bool = True) -> None:
        """Open the first page of a flow and send it."""
        flow = self.definition(name)
        if flow is None:
            return
        if not self.start_of(name):
            self._begin_without_page(device, name)
            return
        device.keep(device.browser.follow(device.browser.get(self.start_of(name))))
        page = device.tabs[-1]
        place = main_form(page)
        if place is None:
            self.settle()
            return
        filler, form = Filler(self.cabinet, person), page.forms()[place]
        values = filler.right(form, "") if known else filler.unknown(form)
        self.send(device, page, place, {**values, "flow": name})
        if flow.silent and device.tabs[-1].status == 200:
            self.compare_silent(device, name)

    def _begin_without_page(self, device: Device, name: str) -> None:
        visit = (f"openlk-{self.slug}-visit", f"/{self.slug}/")
        device.browser.jar.setdefault(visit, new_token())
        run = begin(self.cabinet, name, Visitor(device.browser.jar[visit], device.browser.remote))
        self.owners[str(run.pk)] = device.browser.jar[visit]
        device.keep(device.browser.get(f"/{self.slug}/recover/{run.pk}"))
        self.settle()

    def compare_silent(self, device: Device, name: str) -> None:
        """Whoever asks for whomever reads the same."""
        page, run = device.tabs[-1], self.row(device.run)
        assert run is not None
        assert run.position > 0, "a silent flow told one person from another"
        if self.secret(device, ""):
            return
        number = f"{run.number[:3]} {run.number[3:6]} {run.number[6:8]} {run.number[8:]}"
        text = page.text.replace(str(run.pk), "RUN").replace(run.status_token, "TOKEN").replace(number, "NUMBER")
        for form in page.forms():
            text = text.replace(form.values["csrfmiddlewaretoken"], "CSRF")
        first = self.silent_pages.setdefault((self.cabinet, name), text)
        assert text == first, "a silent flow told one person from another"

    def go_on(self, device: Device, person: Person, *, place: int = -1, way: int = 0) -> None:
        """Send the newest page: rightly, or with one thing wrong (`place` of the field, `way` of the mistake)."""
        page = device.tabs[-1]
        asked = proof_form(page)
        if asked is not None:
            right = self.password[person.union_card]
            self.send(device, page, asked, {"password": right if place < 0 else "не тот пароль"})
            return
        found = main_form(page)
        if found is None:
            return
        filler, form, code = Filler(self.cabinet, person), page.forms()[found], self.code(device.run)
        values = filler.right(form, code) if place < 0 else filler.wrong(form, code, place, way)
        self.send(device, page, found, values)

    def ask_again(self, device: Device) -> None:
        """Another code or letter."""
        page = device.tabs[-1]
        place = again_form(page)
        if place is not None:
            self.send(device, page, place, {})

    def send_old(self, device: Device, tab: int, person: Person) -> None:
        """A form that has been open for a while; if its run has gone on since, nothing may change."""
        page = device.tabs[tab % len(device.tabs)]
        place = main_form(page)
        if place is None:
            return
        form = page.forms()[place]
        found = _RUN.search(form.action)
        before = self.row(found.group()) if found else None
        values = Filler(self.cabinet, person).right(form, self.code(found.group() if found else ""))
        self.send(device, page, place, values)
        if found and before and int(form.values["version"]) != before.version:
            after = self.row(found.group())
            assert after is not None
            moved = after.version != before.version and after.flow_version_id == before.flow_version_id
            assert not moved, "a stale form moved its run"

    def look_at(self, device: Device, run_id: str) -> None:
        """Open the page of a run."""
        device.keep(device.browser.follow(device.browser.get(f"/{self.slug}/recover/{run_id}")))
        self.settle()

    def scan(self, device: Device, token: str) -> None:
        """Something looks at a link before its owner does."""
        before = self.living_secrets()
        device.browser.get(f"/{self.slug}/confirm/{token}")
        assert self.living_secrets() == before, "looking at a link used it up"
        self.settle()

    def confirm(self, device: Device, token: str) -> None:
        """Open a link and press its button."""
        page = device.browser.get(f"/{self.slug}/confirm/{token}")
        if page.status == 200:
            self.send(device, page, 0, {})
            if _RUN.search(device.tabs[-1].address):
                self.owners[device.run] = self.secret(device, "-visit")
        self.settle()

    def log_in(self, device: Device, person: Person) -> None:
        """Sign in as a person, with today's password."""
        page = device.browser.get(f"/{self.slug}/login")
        if page.status != 200 or not page.forms():
            return
        place = next(place for place, form in enumerate(page.forms()) if "login" in form.controls)
        self.send(device, page, place, {"login": person.union_card, "password": self.password[person.union_card]})

    def log_out(self, device: Device) -> None:
        """Leave."""
        token = {"csrfmiddlewaretoken": self.secret(device, "-csrf")}
        if self.secret(device, "") and token["csrfmiddlewaretoken"]:
            device.browser.post(f"/{self.slug}/logout", token)
        self.settle()

    def upgrade(self, name: str) -> None:
        """Another definition takes the place of today's."""
        if name in self.variants:
            self.cabinet = self.variants[name]
            self.stack.enter_context(added(self.cabinet))
        self.settle()

    def pump(self) -> None:
        """Somebody else has asked for as many messages to the same places as there may be."""
        with scope(self.cabinet), transaction.atomic():
            for channel, whom in (("sms", NEW_PHONE), ("email", NEW_EMAIL), ("email", self.person().email)):
                for _ in range(MOST_SENDS):
                    if may_send(channel, whom, "192.0.2.99"):
                        break

    def forward(self, delta: timedelta) -> None:
        """The clock goes on."""
        self.wall.at += delta

    # What must be true afterwards.

    def settle(self) -> None:
        """Compare everything with how it was before this act."""
        after = look(self.cabinet)
        assert not self.known.broken, self.known.broken[-1]
        check(self.cabinet, self.before, after, self.known)
        self._note_owners(after)
        for person in self.people:
            login = person.login.pk if person.login else 0
            if login and after.passwords.get(login) != self.before.passwords.get(login):
                self.password[person.union_card] = NEW_PASSWORD
        self.before = after
        self.wall.at += TICK

    def _note_owners(self, after: Seen) -> None:
        """A run belongs to the browser that began it: the only one whose address it was asked from just now."""
        for key, run in after.runs.items():
            if key in self.before.runs or str(key) in self.owners:
                continue
            ending = "" if run.session_id is not None else "-visit"
            of = [device for device in self.devices if device.run == str(key)]
            if of:
                self.owners[str(key)] = self.secret(of[-1], ending)

    def check_strangers(self) -> None:
        """Of the run that is newest, its owner sees the page and nobody else does."""
        active = [run for run in self.before.runs.values() if run.state == "active" and str(run.pk) in self.owners]
        if not active:
            return
        run = max(active, key=lambda each: each.acted_at)
        ending = "" if run.session_id is not None else "-visit"
        # One browser after another: all three after every act would be most of the work.
        self.looks += 1
        device = self.devices[self.looks % len(self.devices)]
        page = device.browser.get(f"/{self.slug}/recover/{run.pk}")
        if self.owners[str(run.pk)] and self.secret(device, ending) == self.owners[str(run.pk)]:
            assert page.status != 404, "whoever began it does not see it"
            # Its page may have been put back to a screen of today, or have ended.
            self.settle()
            return
        hidden = page.status == 404 or (page.status == 302 and "/login" in page.location)
        assert hidden, "a stranger sees somebody's run"
