"""No one is ever let in without sign-in from elsewhere, not even by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from simcustomer import wiring
from simcustomer.errors import SettingsError
from simcustomer.settings import Settings, SignOn, load_settings
from simcustomer.store import Store, open_store
from simcustomer.ui.admission import FORWARDED, Admission, alone
from simcustomer.ui.opening import LOOPBACK_NAMES, Opening, opening
from simcustomer.ui.outside import Outside
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.wording import Wording
from tests.serving import serving
from tests.support.signed_in import PASSWORD, Browser

WORDS = Wording.load()
ELSEWHERE = ["192.168.1.5", "example.org", "127.0.0.1.evil.example", "2001:db8::1"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'opening.db'}")
    yield opened
    opened.close()


@pytest.fixture
def peopled(store: Store) -> Store:
    wiring.accounts(store).add("ann", password=PASSWORD)
    return store


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"])
def test_this_machine_alone_needs_no_sign_in(store: Store, host: str) -> None:
    assert opening(Settings(), store, host, WORDS) == Opening(hosts=LOOPBACK_NAMES)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_elsewhere_is_not_served_without_accounts(store: Store, host: str) -> None:
    with pytest.raises(SettingsError, match="nobody who may sign in"):
        opening(Settings(), store, host, WORDS)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(accounts=True),
        Settings(hosts=("practice.example.com",)),
        Settings(proxies=("127.0.0.1",)),
    ],
)
def test_settings_for_others_need_accounts_on_this_machine_too(store: Store, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="nobody who may sign in"):
        opening(settings, store, "127.0.0.1", WORDS)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "[::]"])
def test_all_addresses_need_names(peopled: Store, host: str) -> None:
    with pytest.raises(SettingsError, match="SIMCUSTOMER_HOSTS"):
        opening(Settings(), peopled, host, WORDS)
    named = opening(Settings(hosts=("practice.example.com",)), peopled, host, WORDS)
    assert named.hosts == (*LOOPBACK_NAMES, "practice.example.com")
    assert named.keeper is not None


@pytest.mark.parametrize("host", ["127.0.0.1", *ELSEWHERE])
def test_where_there_are_accounts_everyone_signs_in(peopled: Store, host: str) -> None:
    opened = opening(Settings(), peopled, host, WORDS)
    assert opened.keeper is not None
    assert host in opened.hosts
    assert opened.is_shared == (host != "127.0.0.1")


def test_a_provider_is_enough(store: Store) -> None:
    chosen = SignOn(issuer="https://id.example.com", client_id="sim")
    opened = opening(Settings(oidc=chosen), store, "192.168.1.5", WORDS)
    assert opened.keeper is not None
    assert opened.provider is not None


@pytest.mark.parametrize("name", ["*", "**", "*example.com", "a.*.com"])
def test_any_name_is_no_name(peopled: Store, name: str) -> None:
    with pytest.raises(SettingsError, match="must name the hosts"):
        opening(Settings(hosts=(name,)), peopled, "0.0.0.0", WORDS)


@pytest.mark.parametrize("proxy", ["*", "proxy.example.com", "10.0.0.5:80", ""])
def test_a_proxy_is_named_by_its_address(peopled: Store, proxy: str) -> None:
    with pytest.raises(SettingsError, match="SIMCUSTOMER_PROXIES"):
        opening(Settings(proxies=(proxy,)), peopled, "127.0.0.1", WORDS)


def test_lists_come_from_the_environment_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCUSTOMER_HOSTS", "practice.example.com, *.example.org")
    monkeypatch.setenv("SIMCUSTOMER_PROXIES", "10.0.0.5,10.1.0.0/16")
    settings = load_settings()
    assert settings.hosts == ("practice.example.com", "*.example.org")
    assert settings.proxies == ("10.0.0.5", "10.1.0.0/16")


async def _inside(request: Request) -> Response:
    return PlainTextResponse(request.state.visitor.name)


@pytest.mark.parametrize("header", FORWARDED)
def test_a_proxy_before_the_single_user_is_refused(header: str) -> None:
    app = FastAPI()
    outside = Outside(Renderer(WORDS))
    app.add_middleware(Admission, recognise=alone, outside=outside, has_sign_in=False)
    app.add_route("/", _inside)
    with serving(app) as port:
        assert Browser(port).ask("GET", "/").text == "local"
        refused = Browser(port).ask("GET", "/", **{header.replace("-", "_"): "203.0.113.9"})
        assert refused.status == 403
        assert "came through a proxy" in refused.text
        assert Browser(port).ask("POST", "/gradio_api/queue/join", "{}", **{header: "x"}).status == 403
