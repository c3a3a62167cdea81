"""Two people with accounts, as clients without a browser: neither gets at anything of the other's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import pytest

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.domain.audit import Audited
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.signing_in import Doorkeeper
from simcustomer.store import open_store
from simcustomer.ui import admission, app, security
from simcustomer.ui.app import create_app
from simcustomer.ui.desk import Desk
from simcustomer.ui.opening import Opening
from simcustomer.ui.pacing import Pace
from simcustomer.ui.rooms import ROOMS
from simcustomer.ui.wording import Wording
from tests.fakes import OPENING, scripted_cast
from tests.serving import serving
from tests.support.signed_in import PASSWORD, Browser, doorkeeper

ROOM = "backroom"
SECRET = "What only an author may see."  # noqa: S105
SAID = "I am sorry about the boiler."


def _careless_room(blocks: gr.Blocks, desk: Desk) -> None:
    """A room whose handler forgets to ask who is there."""
    asked, shown = gr.Textbox(), gr.Textbox()
    gr.Button(elem_id="careless").click(lambda text: SECRET, asked, shown, api_visibility="private")


@dataclass
class Site:
    port: int
    practice: Practice
    keeper: Doorkeeper

    def browser(self, name: str = "") -> Browser:
        browser = Browser(self.port)
        if name:
            assert browser.sign_in(name).status == 303
        return browser

    def id_of(self, name: str) -> str:
        found = self.keeper.accounts.named(name)
        assert found is not None
        return found.id


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Site]:
    texts = Wording.load()
    texts.texts["rooms"][ROOM] = "Back room"  # type: ignore[index]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wording, "all", lambda: texts)
        patch.setitem(ROOMS, ROOM, Role.AUTHOR)
        patch.setitem(admission.ROLES, ROOM, Role.AUTHOR)  # type: ignore[arg-type]
        patch.setitem(app.BUILT, ROOM, _careless_room)
        served = security.SERVED.pattern.replace("/(?:", f"/(?:{ROOM}|", 1)
        patch.setattr(security, "SERVED", security.re.compile(served))
        store = open_store(f"sqlite:///{tmp_path_factory.mktemp('accounts') / 'accounts.db'}")
        keeper = doorkeeper(
            store,
            ann=(Role.TRAINEE,),
            ben=(Role.TRAINEE, Role.AUTHOR),
            mia=(Role.AUTHOR,),
            eve=(Role.ENGINEER,),
            guessed=(Role.TRAINEE,),
        )
        practice = wiring.practice(store, scripted_cast(), longest_reply=500)
        opening = Opening(keeper=keeper)
        with serving(create_app(practice, library, opening=opening, pace=Pace(before=0, words=1000))) as port:
            yield Site(port, practice, keeper)
        store.close()


@pytest.fixture
def anns(site: Site, dean: Persona, rubric: Rubric) -> Session:
    """A session of Ann's in which she has said something."""
    begun = site.practice.start(dean, rubric, owner=site.id_of("ann"), seed=1)

    async def talk() -> None:
        async for _ in site.practice.respond(begun.id, SAID, owner=begun.owner):
            pass

    asyncio.run(talk())
    return site.practice.open(begun.id, owner=begun.owner)


GRADIOS = [
    ("GET", "/config"),
    ("GET", "/theme.css"),
    ("GET", "/assets/none.js"),
    ("GET", "/manifest.json"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/app_id"),
    ("GET", "/gradio_api/startup-events"),
    ("GET", "/gradio_api/queue/data?session_hash=x"),
    ("GET", "/gradio_api/heartbeat/x"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/reset"),
    ("POST", "/"),
]


@pytest.mark.parametrize(("method", "path"), GRADIOS)
def test_no_one_gets_nothing(site: Site, method: str, path: str) -> None:
    answer = site.browser().ask(method, path, "{}" if method == "POST" else None)
    assert answer.status == 401
    assert "Sign in again in another tab" in json.loads(answer.text)["detail"]


@pytest.mark.parametrize("cookie", ["simcustomer-login=", "simcustomer-login=x", "__Host-simcustomer=x"])
def test_a_made_up_login_is_none(site: Site, cookie: str) -> None:
    assert site.browser().ask("GET", "/config", Cookie=cookie).status == 401


def test_a_form_sent_without_a_login_is_answered_with_a_page(site: Site) -> None:
    browser = site.browser()
    headers = {"Accept": "text/html,*/*", "Content-Type": "application/x-www-form-urlencoded", "Origin": browser.origin}
    answer = browser.ask("POST", "/lab/transcripts", "engine=embedded", **headers)
    assert (answer.status, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "Sign in, and send it again." in answer.text


@pytest.mark.parametrize("path", ["/", "/?session=abc&reply=2", f"/{ROOM}", "/?view=progress"])
def test_a_page_leads_to_the_sign_in_and_back(site: Site, path: str) -> None:
    browser = site.browser()
    sent = browser.ask("GET", path)
    assert sent.status == 303
    form = browser.ask("GET", sent.headers["location"])
    assert form.status == 200
    assert 'autocomplete="current-password"' in form.text
    wanted = sent.headers["location"].partition("next=")[2].replace("%2F", "/").replace("%3F", "?")
    answer = browser.sign_in("ben", next=wanted.replace("%3D", "=").replace("%26", "&"))
    assert (answer.status, answer.headers["location"]) == (303, path)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2f/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "///evil.example",
        "/\t/evil.example",
        "/sign-out",
        "/config",
        "/\r\nSet-Cookie: a=b",
        "http://[",
    ],
)
def test_nobody_is_sent_elsewhere(site: Site, wanted: str) -> None:
    assert site.browser().sign_in("ann", next=wanted).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_and_new_each_time(site: Site) -> None:
    browser = site.browser()
    browser.cookies["simcustomer-login"] = "chosen by someone else"
    first = browser.sign_in("ann")
    assert "chosen" not in str(first.cookies)
    cookie = first.cookies[0].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/", "max-age=43200"))
    old = dict(browser.cookies)
    assert browser.sign_in("ann").status == 303
    assert browser.cookies != old
    assert replace(browser, cookies=old).ask("GET", "/config").status == 401
    assert browser.ask("GET", "/config").status == 200


def test_signing_out_ends_the_login_on_the_server(site: Site) -> None:
    browser = site.browser("ann")
    kept = dict(browser.cookies)
    assert browser.ask("GET", "/sign-out").status in (404, 405)
    left = browser.send("/sign-out")
    assert (left.status, left.headers["location"]) == (303, "/sign-in?signed_out=1")
    assert browser.cookies == {}
    assert replace(browser, cookies=kept).ask("GET", "/config").status == 401
    acts = [entry.what for entry in site.keeper.log.newest(2)]
    assert acts == [Audited.SIGNED_OUT, Audited.SIGNED_IN]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_site_signs_nobody_in_or_out(site: Site, origin: str) -> None:
    browser = site.browser("ann")
    assert browser.send("/sign-in", origin=origin, name="ben", password=PASSWORD).status == 403
    assert browser.send("/sign-out", origin=origin).status == 403
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert browser.ask("POST", "/sign-out", "a=b", **form).status == 403
    assert browser.ask("POST", "/sign-in", f"name=ben&password={PASSWORD}", **form).status == 403
    assert browser.ask("GET", "/config").status == 200


def test_an_unknown_name_is_answered_like_a_wrong_password(site: Site) -> None:
    wrong = site.browser().sign_in("ann", "not the password at all")
    unknown = site.browser().sign_in("ann-who-is-not", "not the password at all")
    assert wrong.status == unknown.status == 401
    assert wrong.text.replace('value="ann"', "") == unknown.text.replace('value="ann-who-is-not"', "")
    assert "do not go together" in wrong.text
    assert wrong.cookies == unknown.cookies == []
    first, second = site.keeper.log.newest(2)
    assert (second.what, second.about) == (Audited.SIGN_IN_FAILED, site.id_of("ann"))
    assert (first.what, first.about) == (Audited.SIGN_IN_FAILED, "")


def test_guessing_is_braked_in_a_sentence(site: Site) -> None:
    answers = [site.browser().sign_in("guessed", f"wrong password {n}") for n in range(11)]
    assert [answer.status for answer in answers] == [401] * 10 + [429]
    assert "Wait 15 minutes, then try again." in answers[-1].text
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900
    assert site.browser().sign_in("guessed").status == 429
    assert site.browser().sign_in("ann").status == 303


def test_what_was_typed_as_a_name_comes_back_as_text(site: Site) -> None:
    answer = site.browser().sign_in("<script>alert(1)</script>", "x", next='/?session="><b>')
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


def test_the_page_says_who_is_signed_in(site: Site) -> None:
    shown = site.browser("ann").load("", "head")
    assert "Signed in as" in shown
    assert "ann" in shown
    assert "/sign-out" in shown


NEW = "a gate behind the young ash"


def test_one_changes_ones_own_password_and_stays_signed_in_here_alone(site: Site) -> None:
    wiring.accounts(site.practice.store).add("pat", password=PASSWORD)
    here, elsewhere = site.browser("pat"), site.browser("pat")
    form = here.ask("GET", "/password")
    assert form.status == 200
    assert 'autocomplete="new-password"' in form.text
    answer = here.send("/password", old=PASSWORD, new=NEW, again=NEW)
    assert (answer.status, answer.headers["location"]) == (303, "/password?changed=1")
    assert "Your password is changed." in here.ask("GET", answer.headers["location"]).text
    assert here.ask("GET", "/config").status == 200
    assert elsewhere.ask("GET", "/config").status == 401
    assert site.browser().sign_in("pat").status == 401
    assert site.browser().sign_in("pat", NEW).status == 303
    entries = [entry for entry in site.keeper.log.newest(9) if entry.what is Audited.PASSWORD_CHANGED]
    assert [(entry.who, entry.about) for entry in entries] == [(site.id_of("pat"), site.id_of("pat"))]


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "said"),
    [
        ("wrong as can be", NEW, NEW, 401, "The old password is not right."),
        (PASSWORD, NEW, f"{NEW}.", 400, "was typed in two ways"),
        (PASSWORD, "short", "short", 400, "The password has 5 characters."),
        ("", "", "", 400, "The password has 0 characters."),
    ],
)
def test_a_password_that_cannot_be_changed_is_said_in_a_sentence(
    site: Site, old: str, new: str, again: str, status: int, said: str
) -> None:
    browser = site.browser("ben")
    answer = browser.send("/password", old=old, new=new, again=again)
    assert (answer.status, said in answer.text) == (status, True)
    assert NEW not in answer.text
    assert browser.ask("GET", "/config").status == 200
    assert site.browser().sign_in("ben").status == 303


def test_guessing_at_an_old_password_is_braked(site: Site) -> None:
    wiring.accounts(site.practice.store).add("left-open", password=PASSWORD)
    browser = site.browser("left-open")
    answers = [browser.send("/password", old=f"a guess {n}", new=NEW, again=NEW) for n in range(11)]
    assert [answer.status for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900


def test_nobody_elses_password_is_changed(site: Site) -> None:
    led = site.browser().ask("GET", "/password")
    assert (led.status, led.headers["location"]) == (303, "/sign-in?next=%2Fpassword")
    assert site.browser().send("/password", old=PASSWORD, new=NEW, again=NEW).status == 401
    ann = site.browser("ann")
    foreign = ann.send("/password", origin="https://evil.example", old=PASSWORD, new=NEW, again=NEW)
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    nameless = ann.ask("POST", "/password", f"old={PASSWORD}&new={NEW}&again={NEW}", **form)
    assert (foreign.status, nameless.status) == (403, 403)
    assert site.browser().sign_in("ann").status == 303


def test_a_role_sees_its_pages_only(site: Site) -> None:
    refused = site.browser("ann").ask("GET", f"/{ROOM}")
    assert refused.status == 403
    assert "This page is for authors" in refused.text
    assert SECRET not in refused.text
    assert site.browser("mia").ask("GET", f"/{ROOM}").status == 200
    onward = site.browser("mia").ask("GET", "/")
    assert (onward.status, onward.headers["location"]) == (303, "/studio")
    assert site.browser("mia").ask("GET", "/?session=abc").status == 403
    eve = site.browser("eve")
    onward = eve.ask("GET", "/")
    assert (onward.status, onward.headers["location"]) == (303, "/lab")
    assert {eve.ask("GET", f"/{room}").status for room in ("studio", "team", ROOM)} == {403}
    assert "This page is for people who practise." in eve.ask("GET", "/?view=progress").text


def test_a_handler_of_another_roles_page_cannot_be_called_even_where_it_forgets_to_ask(site: Site) -> None:
    ann, mia = site.browser("ann"), site.browser("mia")
    config = mia.config()
    button = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "careless")
    careless = next(d["id"] for d in config["dependencies"] if [button, "click"] in d["targets"])
    assert mia.join(careless, ["x"], "m").status == 200
    assert SECRET in mia.events("m")
    refused = ann.join(careless, ["x"], "a")
    assert refused.status == 403
    assert "for authors" in refused.text
    for forged in (str(careless), float(careless), [careless], True, 10_000, -1):
        body = json.dumps({"data": ["x"], "fn_index": forged, "session_hash": "a"})
        assert ann.ask("POST", "/gradio_api/queue/join", body).status in (400, 403)
    twice = f'{{"data": ["x"], "fn_index": 0, "session_hash": "a", "fn_index": {careless}}}'
    assert ann.ask("POST", "/gradio_api/queue/join", twice).status == 403
    authors = {each for room in (ROOM, "studio") for each in config["page"][room]["dependencies"]}
    others = [handler["id"] for handler in config["dependencies"] if handler["id"] not in authors]
    assert len(others) > 30
    for handler in others:
        assert mia.join(handler, [], "m2").status == 403


def _filled(handler: dict[str, Any], config: dict[str, Any], text: str) -> list[Any]:
    kinds = {component["id"]: component["type"] for component in config["components"]}
    return [1 if kinds[each] == "number" else text for each in handler["inputs"]]


@pytest.mark.slow  # row 9 of docs/reliability.md tries the same handlers in short
def test_no_handler_of_any_page_gives_another_ones_session_away(site: Site, anns: Session) -> None:
    ben = site.browser("ben")
    config = ben.config()
    handlers = [d for d in config["dependencies"] if d["backend_fn"]]
    own = {each for room in ("", ROOM, "studio") for each in config["page"][room]["dependencies"]}
    assert len(handlers) >= 60
    before = site.practice.open(anns.id, owner=anns.owner)
    for handler in handlers:
        for number, query in enumerate(("", f"session={anns.id}", f"session={anns.id}&reply=1")):
            for data in (_filled(handler, config, anns.id), [anns.id] * len(handler["inputs"])):
                named = f"h{handler['id']}-{number}-{len(str(data))}"
                joined = ben.join(handler["id"], data, named, query)
                assert joined.status == (200 if handler["id"] in own else 403)
                if joined.status == 403:
                    continue
                stream = ben.events(named)
                assert SAID not in stream
                assert before.exchanges[0].answer not in stream
    assert site.practice.open(anns.id, owner=anns.owner) == before
    kept = site.practice.store.list(site.id_of("ben"), most=1000)
    assert all(site.practice.open(row.id, owner=site.id_of("ben")).origin is None for row in kept)


def test_a_session_hash_of_another_one_opens_nothing(site: Site, anns: Session) -> None:
    ann, ben = site.browser("ann"), site.browser("ben")
    load = next(d["id"] for d in ann.config()["dependencies"] if any(event == "load" for _, event in d["targets"]))
    assert ann.join(load, [], "anns-hash", f"session={anns.id}").status == 200
    for named in (
        "anns-hash",
        f"{anns.owner}.anns-hash",
        f"../{anns.owner}.anns-hash",
        f"anns-hash&session_hash={anns.owner}.anns-hash",
    ):
        assert OPENING not in ben.events(named)
    # Ben ends what he takes for Ann's events; they are still hers.
    for path in ("cancel", "reset"):
        body = {"session_hash": "anns-hash", "fn_index": load, "event_id": "x"}
        ben.ask("POST", f"/gradio_api/{path}", json.dumps(body))
    assert OPENING in ann.events("anns-hash")


def test_whoever_is_disabled_or_loses_a_role_is_out_at_once(site: Site) -> None:
    accounts = wiring.accounts(site.practice.store)
    accounts.add("tim", password=PASSWORD, roles=(Role.TRAINEE, Role.AUTHOR))
    tim = site.browser("tim")
    assert tim.ask("GET", f"/{ROOM}").status == 200
    accounts.set_roles("tim", (Role.TRAINEE,))
    assert tim.ask("GET", f"/{ROOM}").status == 403
    accounts.disable("tim")
    assert tim.ask("GET", "/config").status == 401
    assert site.browser().sign_in("tim").status == 401
    accounts.enable("tim")
    assert tim.ask("GET", "/config").status == 401
    assert site.browser().sign_in("tim").status == 303


def test_the_sign_in_page_brings_its_own_look(site: Site) -> None:
    page, styles = site.browser().ask("GET", "/sign-in"), site.browser().ask("GET", "/sign-in.css")
    assert "script" not in page.text
    assert styles.headers["content-type"].startswith("text/css")
    assert "@media (prefers-color-scheme: dark) { :root {\n  --paper: #14191b" in styles.text
    assert page.headers["cache-control"] == "no-store"
