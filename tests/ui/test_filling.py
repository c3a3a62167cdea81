"""A page as it is sent: what it shows, what is left out, and what is left to the browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx2
import pytest
from starlette.requests import Request

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.ui import filling
from simcustomer.ui.app import create_app
from tests.fakes import OPENING, scripted_cast
from tests.serving import serving

Config = dict[str, Any]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('filling') / 'filling.db'}")
    yield wiring.practice(store, scripted_cast(), longest_reply=500)
    store.close()


@pytest.fixture(scope="module")
def site(practice: Practice, library: Library) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "SECONDS", 60.0)  # these tests are not about pages that take long
        app = create_app(practice, library)
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def session(practice: Practice, library: Library) -> Session:
    return practice.start(library.persona("no-heat-third-visit"), library.rubric(), owner="local", seed=1)


def sent(address: str, **headers: str) -> Config:
    """What a browser is sent of a page."""
    page = httpx2.get(address, headers=headers, timeout=90).text
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)
    assert found
    return json.loads(found[1])


def shown(config: Config) -> str:
    """The HTML in it."""
    return "".join(each["props"].get("value") or "" for each in config["components"] if each["type"] == "html")


def loads(config: Config) -> list[str]:
    return [each["api_name"] for each in config["dependencies"] if any(event == "load" for _, event in each["targets"])]


def test_the_gallery_comes_with_its_customers_and_nothing_else(site: str) -> None:
    config = sent(site)
    assert "?persona=no-heat-third-visit" in shown(config)
    assert config["dependencies"] == []
    assert {each["props"].get("elem_id") for each in config["components"]} >= {"site-header", "gallery-page"}
    assert "practise-page" not in {each["props"].get("elem_id") for each in config["components"]}
    assert [*config["page"]] == [""]


def test_a_page_with_controls_keeps_what_they_lead_to(site: str) -> None:
    config = sent(f"{site}?persona=no-heat-third-visit")
    assert "start" in {each["api_name"] for each in config["dependencies"]}
    assert "practise-page" in {each["props"].get("elem_id") for each in config["components"]}
    assert loads(config) == []


def test_a_session_comes_as_it_stands_and_is_gone_on_with(site: str, session: Session) -> None:
    config = sent(f"{site}?session={session.id}")
    assert OPENING in shown(config)
    assert loads(config) == ["resume"]


def test_what_went_wrong_stands_in_the_page(site: str) -> None:
    assert "no such session of yours" in shown(sent(f"{site}?session=nobodys"))


def test_a_room_comes_filled_in_the_language_of_the_request(site: str) -> None:
    config = sent(f"{site}?view=progress", **{"Accept-Language": "de"})
    assert "Mein Fortschritt" in shown(config)
    assert "Nothing has been run yet." in shown(sent(f"{site}lab"))


def test_a_room_whose_handler_goes_on_giving_comes_with_all_of_it(site: str) -> None:
    config = sent(f"{site}studio?new=persona")
    assert "problems keep this from being published" in shown(config)
    assert "studio-text" in {each["props"].get("elem_id") for each in config["components"]}


def test_a_page_that_offers_choices_asks_itself_since_only_those_may_be_chosen() -> None:
    async def asked() -> Config:
        with gr.Blocks(analytics_enabled=False) as blocks:
            people = gr.CheckboxGroup([])
            blocks.load(lambda: {people: gr.CheckboxGroup(["Ann"])}, None, [people])
        config: Config = {**json.loads(json.dumps(blocks.get_config_file())), "current_page": ""}
        await filling.Filling(blocks).fill(config, Request({"type": "http", "headers": [], "query_string": b""}))
        return config

    config = asyncio.run(asked())
    assert len(config["dependencies"]) == 1
    assert config["components"][0]["props"]["choices"] == []


def test_a_page_that_takes_long_is_sent_as_it_is_and_asks_itself() -> None:
    done: list[str] = []

    async def asked(seconds: float) -> Config:
        with gr.Blocks(analytics_enabled=False) as blocks:
            text = gr.Textbox()

            async def slow() -> dict[gr.Textbox, str]:
                await asyncio.sleep(0.2)
                done.append("yes")
                return {text: "filled"}

            blocks.load(slow, None, [text])
        config: Config = {**json.loads(json.dumps(blocks.get_config_file())), "current_page": ""}
        await filling.Filling(blocks, seconds).fill(
            config, Request({"type": "http", "headers": [], "query_string": b""})
        )
        await asyncio.sleep(0.3)
        return config

    waited, did_not_wait = asyncio.run(asked(30)), asyncio.run(asked(0.01))
    assert waited["components"][0]["props"]["value"] == "filled"
    assert waited["dependencies"] == []
    assert did_not_wait["components"][0]["props"].get("value") != "filled"
    assert len(did_not_wait["dependencies"]) == 1
    assert done == ["yes", "yes"]
