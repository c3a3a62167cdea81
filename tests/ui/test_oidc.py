"""Signing in by a provider, with a provider of our own on this machine that can lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.domain.audit import Audited
from simcustomer.errors import SettingsError
from simcustomer.settings import Settings, SignOn, load_settings
from simcustomer.signing_in import Doorkeeper
from simcustomer.store import open_store
from simcustomer.ui.admission import Admission, by_login
from simcustomer.ui.outside import Outside
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.sign_in import SignIn
from simcustomer.ui.wording import Wording
from tests.serving import serving
from tests.support.oidc_provider import CLIENT, CLIENT_SECRET, OidcProvider
from tests.support.signed_in import PASSWORD, Answer, Browser


@dataclass
class Site:
    port: int
    provider: OidcProvider
    keeper: Doorkeeper

    def begun(self, browser: Browser, wanted: str = "/") -> str:
        """The way from our page to the provider and back, up to the address that the browser is to open last."""
        sent = browser.ask("GET", f"/sign-in/provider?next={wanted}")
        assert sent.status == 303, sent.text
        place = urlsplit(sent.headers["location"])
        there = replace(browser, port=place.port or 0, cookies={}).ask("GET", f"{place.path}?{place.query}")
        back = urlsplit(there.headers["location"])
        assert back.netloc == f"127.0.0.1:{self.port}"
        return f"{back.path}?{back.query}"

    def through(self, browser: Browser, wanted: str = "/") -> Answer:
        return browser.ask("GET", self.begun(browser, wanted))


def who(browser: Browser) -> dict[str, Any]:
    """Whom the site takes the browser's user for."""
    return json.loads(browser.ask("GET", "/who").text)


async def _home(request: Request) -> Response:
    visitor = request.state.visitor
    return JSONResponse({"name": visitor.name, "id": visitor.id, "roles": sorted(visitor.roles)})


@pytest.fixture
def sign_on() -> dict[str, Any]:
    return {}


@pytest.fixture
def site(tmp_path: Path, sign_on: dict[str, Any]) -> Iterator[Site]:
    store = open_store(f"sqlite:///{tmp_path / 'oidc.db'}")
    told = OidcProvider()
    with serving(told.app()) as there:
        told.issuer = f"http://127.0.0.1:{there}"
        secret = SecretStr(CLIENT_SECRET)
        chosen = SignOn(issuer=told.issuer, client_id=CLIENT, client_secret=secret, **sign_on)
        settings = Settings(oidc=chosen)
        keeper = wiring.doorkeeper(settings, store)
        outside = Outside(Renderer(Wording.load()))
        app = FastAPI()
        app.add_middleware(Admission, recognise=by_login(keeper), outside=outside, has_sign_in=True)
        SignIn(keeper, wiring.provider(settings, keeper), outside).add_to(app)
        app.add_route("/who", _home)
        with serving(app) as port:
            yield Site(port, told, keeper)
    store.close()


def test_the_first_sign_in_makes_an_account_and_the_next_one_finds_it(site: Site) -> None:
    site.provider.person |= {"email": "ann@example.com"}
    browser = Browser(site.port)
    arrived = site.through(browser, "/%3Fsession=abc")
    assert (arrived.status, arrived.headers["location"]) == (303, "/?session=abc")
    first = who(browser)
    assert first["roles"] == ["trainee"]
    assert first["name"] == "ann"
    site.provider.person |= {"preferred_username": "ann.married", "email": "other@example.com"}
    assert who_of(site) == first
    assert [account.email for account in site.keeper.accounts.all()] == ["ann@example.com"]
    assert len(set(site.provider.challenges)) == 2


def who_of(site: Site) -> dict[str, Any]:
    browser = Browser(site.port)
    assert site.through(browser).status == 303
    return who(browser)


def test_an_account_of_the_same_name_is_not_taken_over(site: Site) -> None:
    accounts = wiring.accounts(open_store(str(site.keeper.accounts.engine.url)))
    local = accounts.add("Ann", password=PASSWORD, email="ann@example.com")
    accounts.store.engine.dispose()
    site.provider.person |= {"email": "ann@example.com", "email_verified": True}
    found = who_of(site)
    assert found["name"] == "ann 2"
    assert found["id"] != local.id


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "<b>x</b>", "name": "Bea Ruiz"}, "Bea Ruiz"),
        ({"preferred_username": None, "email": "bea@example.com"}, "bea@example.com"),
        ({"preferred_username": "\u202e\u0000"}, "Guest"),
    ],
)
def test_a_name_is_made_of_what_the_provider_tells(site: Site, claims: dict[str, Any], name: str) -> None:
    site.provider.person |= claims
    assert who_of(site)["name"] == name


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "someone-else"},
        {"aud": "someone-else", "azp": CLIENT},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"exp": 1_000_000_000},
        {"exp": None},
    ],
)
def test_a_token_for_someone_else_signs_nobody_in(site: Site, lie: dict[str, Any]) -> None:
    site.provider.lie = lie
    _refused(site, Browser(site.port), "could not be trusted")


@pytest.mark.parametrize("signs", ["none", "HS256", "stranger"])
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(site: Site, signs: str) -> None:
    site.provider.signs = signs
    _refused(site, Browser(site.port), "could not be trusted")


def _refused(site: Site, browser: Browser, says: str) -> None:
    answer = site.through(browser)
    assert answer.status == 401
    assert says in answer.text
    assert browser.cookies == {}
    assert site.keeper.accounts.all() == ()
    assert site.keeper.log.newest(1)[0].what is Audited.SIGN_IN_FAILED


def test_an_answer_for_another_browser_or_a_second_time_signs_nobody_in(site: Site) -> None:
    victim, other = Browser(site.port), Browser(site.port)
    address = site.begun(other)
    assert victim.ask("GET", address).status == 401
    assert "Sign in again" in other.ask("GET", address).text  # used up, whoever showed it first
    address = site.begun(other)
    assert other.ask("GET", address).status == 303
    assert (
        Browser(site.port, {"simcustomer-errand": parse_qs(urlsplit(address).query)["state"][0]})
        .ask("GET", address)
        .status
        == 401
    )


def test_over_tls_no_other_host_can_plant_an_errand(site: Site) -> None:
    for name, status in (("simcustomer-errand", 401), ("__Host-simcustomer-errand", 303)):
        left = Browser(site.port).ask("GET", "/sign-in/provider", X_Forwarded_Proto="https")
        (cookie,) = left.cookies
        assert cookie.startswith("__Host-simcustomer-errand=")
        assert "Secure" in cookie
        place = urlsplit(left.headers["location"])
        back = urlsplit(Browser(place.port or 0).ask("GET", f"{place.path}?{place.query}").headers["location"])
        shown = Browser(site.port, {name: parse_qs(place.query)["state"][0]})
        assert shown.ask("GET", f"{back.path}?{back.query}", X_Forwarded_Proto="https").status == status


@pytest.mark.parametrize("query", ["", "state=x", "state=x&code=y", "error=access_denied&state=x"])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(site: Site, query: str) -> None:
    answer = Browser(site.port, {"simcustomer-errand": "x"}).ask("GET", f"/sign-in/return?{query}")
    assert answer.status == 401
    assert "access_denied" not in answer.text


def test_another_providers_answer_is_not_taken(site: Site) -> None:
    browser = Browser(site.port)
    address = site.begun(browser).replace("iss=http%3A", "iss=https%3A")
    assert browser.ask("GET", address).status == 401


@pytest.mark.parametrize("wanted", ["//evil.example", "https%3A%2F%2Fevil.example", "/sign-out"])
def test_nobody_is_sent_elsewhere(site: Site, wanted: str) -> None:
    assert site.through(Browser(site.port), wanted).headers["location"] == "/"


def test_a_provider_that_is_down_is_told_in_a_sentence(site: Site) -> None:
    site.provider.down = True
    answer = Browser(site.port).ask("GET", "/sign-in/provider")
    assert answer.status == 502
    assert "could not be reached" in answer.text
    assert "out of order" not in answer.text
    site.provider.down = False
    assert site.through(Browser(site.port)).status == 303


def test_a_provider_under_another_name_is_not_trusted(site: Site) -> None:
    site.provider.issuer = site.provider.issuer.replace("127.0.0.1", "localhost")
    assert Browser(site.port).ask("GET", "/sign-in/provider").status == 502


def test_a_disabled_account_stays_out(site: Site) -> None:
    who_of(site)
    (account,) = site.keeper.accounts.all()
    accounts = wiring.accounts(open_store(str(site.keeper.accounts.engine.url)))
    accounts.disable(account.name)
    accounts.store.engine.dispose()
    answer = site.through(Browser(site.port))
    assert answer.status == 401
    assert "is disabled" in answer.text


class TestWithGroups:
    @pytest.fixture
    def sign_on(self) -> dict[str, Any]:
        return {"roles_claim": "realm.groups", "roles": {"cx-leads": Role.MANAGER, "cx-writers": Role.AUTHOR}}

    def test_groups_give_roles_at_each_sign_in(self, site: Site) -> None:
        site.provider.person["realm"] = {"groups": ["cx-leads", "cx-writers", "others", 7]}
        assert who_of(site)["roles"] == ["author", "manager"]
        site.provider.person["realm"] = {"groups": "cx-leads"}
        assert who_of(site)["roles"] == ["manager"]
        site.provider.person["realm"] = []
        assert who_of(site)["roles"] == ["trainee"]
        changed = [entry for entry in site.keeper.log.newest(20) if entry.what is Audited.ROLES_CHANGED]
        assert [entry.detail for entry in changed] == ["manager -> trainee", "author, manager -> manager"]


class TestWithDomains:
    @pytest.fixture
    def sign_on(self) -> dict[str, Any]:
        return {"domains": "example.com, @example.org"}

    @pytest.mark.parametrize("email", ["ann@example.com", "ANN@EXAMPLE.ORG"])
    def test_a_verified_address_of_ours_may_sign_in(self, site: Site, email: str) -> None:
        site.provider.person |= {"email": email, "email_verified": True}
        assert who_of(site)["name"] == "ann"

    @pytest.mark.parametrize(
        ("email", "is_verified"),
        [
            ("ann@example.com", False),
            ("ann@example.com", None),
            ("ann@example.com", "true"),
            ("ann@example.com.evil.example", True),
            ("ann@evilexample.com", True),
            ("ann@evil.example@example.net", True),
            (None, True),
        ],
    )
    def test_others_may_not(self, site: Site, email: str | None, is_verified: object) -> None:
        site.provider.person |= {"email": email, "email_verified": is_verified}
        _refused(site, Browser(site.port), "not one that may sign in here")


def test_the_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ISSUER": "https://id.example.com",
        "CLIENT_ID": "sim",
        "CLIENT_SECRET": "hush",
        "ROLES_CLAIM": "groups",
        "ROLES": '{"cx-leads": "manager"}',
        "DOMAINS": "example.com",
        "LABEL": "Acme",
    }.items():
        monkeypatch.setenv(f"SIMCUSTOMER_OIDC_{name}", value)
    chosen = load_settings().oidc
    assert chosen.client_secret is not None
    assert chosen.client_secret.get_secret_value() == "hush"
    assert (chosen.client_id, chosen.roles_claim, chosen.roles) == ("sim", "groups", {"cx-leads": Role.MANAGER})
    assert "hush" not in repr(load_settings())


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (SignOn(issuer="http://id.example.com", client_id="sim"), "must begin with https://"),
        (SignOn(issuer="https://id.example.com"), "CLIENT_ID is missing"),
    ],
)
def test_settings_that_cannot_work_are_said_at_the_start(tmp_path: Path, chosen: SignOn, says: str) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'wrong.db'}")
    keeper = wiring.doorkeeper(Settings(), store)
    with pytest.raises(SettingsError, match=says):
        wiring.provider(Settings(oidc=chosen), keeper)
    store.close()
