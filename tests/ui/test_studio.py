"""The studio as a client without a browser meets it: who may do what, and what a forged or broken request comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from simcustomer import wiring
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.publishing import ContentKind
from simcustomer.errors import SettingsError
from simcustomer.evaluation.bench import bench
from simcustomer.library import Library
from simcustomer.store import Drafts, Editions, Store, open_store
from simcustomer.studio import Writing
from simcustomer.studio.background import beside
from simcustomer.studio.rubric_trial import development_replies, impact
from simcustomer.ui.app import create_app
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.studio.sheet import Sheet
from simcustomer.ui.studio.views import STATES, bench_view, chosen_steps, rows
from tests.fakes import ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving
from tests.studio.conftest import ANN
from tests.ui.test_app import Client

ROOT = Path(__file__).parents[2]
TRAINEE = Visitor(id="tom", name="Tom", roles=frozenset({Role.TRAINEE}))


async def recognised(request: Request) -> Visitor:
    return ANN if request.headers.get("x-author") else TRAINEE


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('studio') / 'studio.db'}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(store: Store, library: Library) -> Iterator[Client]:
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simcustomer.ui.app.alone", recognised)
        app = create_app(practice, library)
    with serving(app) as port:
        yield Client(port, practice, ScriptedCustomer())


@pytest.fixture
def writing(store: Store, library: Library) -> Writing:
    return Writing(library, Editions(store.engine), Drafts(store.engine))


def events(client: Client, sheet: str) -> list[tuple[int, str, list[object]]]:
    """Number and name of every handler of the studio's page, and what its page would send for this draft."""
    config = json.loads(client.ask("GET", "/config").text)
    page = set(config["page"]["studio"]["dependencies"])
    parts = {part["id"]: part for part in config["components"]}
    return [
        (d["id"], d["api_name"] or "", [sent(parts[i], sheet) for i in d["inputs"]])
        for d in config["dependencies"]
        if d["id"] in page and d["backend_fn"]
    ]


def sent(part: dict[str, Any], sheet: str) -> object:
    match part["type"]:
        case "radio":
            return part["props"]["choices"][0][1]
        case "checkboxgroup":
            return []
        case "number":
            return 2
        case _:
            return sheet if part["props"].get("elem_id") == "studio-sheet" else "persona/ok-and"


HARMLESS = ("stopped", "lambda", "advise")
"""Handlers that show or hide a part of the page, and one that gives back findings on what was sent, to authors alone."""


def asked(client: Client, number: int, data: list[object], name: str, **headers: str) -> str:
    join = {"data": data, "fn_index": number, "trigger_id": None, "session_hash": name, "event_data": None}
    joined = client.ask("POST", "/gradio_api/queue/join", json.dumps(join), **headers)
    if joined.status == 403:
        return joined.text
    assert joined.status == 200, joined.text
    return client.ask("GET", f"/gradio_api/queue/data?session_hash={name}", **headers).text


def test_who_is_no_author_is_refused_by_every_handler(client: Client, writing: Writing) -> None:
    opened = writing.edit(ContentKind.PERSONA, "ok-and", ANN)
    kept = writing.save(opened, opened.text, ANN, tab="t", stamp=1)
    sheet = Sheet.of(kept, "t").sent
    found = events(client, sheet)
    assert len(found) > 30
    for number, name, data in found:
        stream = asked(client, number, data, f"refused{number}")
        assert "This page is for authors" in stream or name.startswith(HARMLESS), name
        assert "hidden_need" not in stream, name
    assert writing.draft(kept.draft_id, ANN) == kept
    assert writing.drafts_of(ContentKind.RUBRIC) == ()
    assert writing.editions.standings(ContentKind.PERSONA) == {}
    assert len(writing.drafts_of(ContentKind.PERSONA)) == 1
    writing.discard(kept.draft_id, ANN)


def test_a_page_without_its_draft_says_so(client: Client) -> None:
    for number, name, data in events(client, "{broken"):
        assert '"success":false' not in asked(client, number, data, f"broken{number}", X_Author="ann"), name


def test_the_list_has_new_drafts_first_and_can_be_narrowed(writing: Writing) -> None:
    draft = writing.save(writing.new(ContentKind.PERSONA), "title: Mine <b>\n", ANN, tab="t", stamp=1)
    shelf, drafts = writing.shelf(ContentKind.PERSONA), writing.drafts_of(ContentKind.PERSONA)
    every = rows(shelf, drafts, ANN.id)
    assert (every[0].title, every[0].state, every[0].drafts[0].author) == ("Mine <b>", "new", "")
    assert {row.state for row in rows(shelf, drafts, ANN.id, "published")} == {"published"}
    assert rows(shelf, drafts, "ben", "new")[0].drafts[0].author == "Ann"
    assert chosen_steps(writing.history(ContentKind.PERSONA, "ok-and"), "1", "2") is None
    writing.discard(draft.draft_id, ANN)


def test_a_file_that_cannot_be_used_is_not_called_published(
    tmp_path: Path, library: Library, renderer: Renderer
) -> None:
    broken = tmp_path / "personas"
    broken.mkdir()
    text = (library.personas_folder / "ok-and.yaml").read_text(encoding="utf-8")
    (broken / "ok-and.yaml").write_text(text, encoding="utf-8")
    (broken / "of-another-name.yaml").write_text(text, encoding="utf-8")
    (broken / "by-fax.yaml").write_text("id: by-fax\ntitle: Fax\nchannel: fax\n", encoding="utf-8")
    store = open_store(f"sqlite:///{tmp_path / 'shelf.db'}")
    editions = Editions(store.engine)
    folder = replace(library, personas_folder=broken, shelf=editions)
    shelf = Writing(folder, editions, Drafts(store.engine)).shelf(ContentKind.PERSONA)
    store.close()
    found = rows(shelf, (), ANN.id)
    assert [(row.id, row.state) for row in found] == [
        ("by-fax", "unusable"),
        ("of-another-name", "unusable"),
        ("ok-and", "published"),
    ]
    page = renderer.html("studio_shelf", kinds={"persona": found}, state="", states=STATES)
    assert page.count("Cannot be used") == 3
    assert page.count("Open it to see what to mend") == 2


def test_a_bench_is_drawn_with_every_value_in_a_table(library: Library, renderer: Renderer) -> None:
    persona = library.persona("ok-and")
    report = asyncio.run(
        bench(persona, library.rubric(), cast=wiring.cast(), trainees=[wiring.trainee("novice")], seeds=(1, 2))
    )
    view = bench_view(report)
    page = renderer.html("studio_bench", view=view)
    assert page.count("<polyline") == 1
    assert all(f"{value:.1f}</td>" in page for value in view.rows[0].anger)


def test_without_golden_conversations_the_setting_is_named(tmp_path: Path) -> None:
    for evals in (None, tmp_path):
        with pytest.raises(SettingsError, match="SIMCUSTOMER_EVALS_DIR"):
            development_replies(evals)


def test_the_effect_of_a_rubric_is_counted(library: Library, renderer: Renderer) -> None:
    rubric = library.rubric()
    first = rubric.techniques[0]
    stricter = first.model_copy(update={"levels": {1: first.levels[1]}})
    after = rubric.model_copy(update={"techniques": (stricter, *rubric.techniques[1:])})
    replies = development_replies(ROOT / "evals")[:12]
    grader = ScriptedGrader(signs=(("empathy.names_feeling", "you"), ("empathy.ties_to_situation", "you")))

    async def run() -> object:
        async for event in beside(lambda say: impact(rubric, after, replies, grader, say), len(replies)):
            last = event
        return last

    found = asyncio.run(run()).result  # type: ignore[attr-defined]
    assert found.replies == 12
    assert found.moved
    assert {(m.technique, m.before, m.after) for m in found.moved} == {("empathy", 2, 1)}
    effects = {effect.technique: effect for effect in found.effects}
    assert effects["empathy"].moved == len(found.moved)
    assert effects["recovery"].before == effects["recovery"].after
    page = renderer.html("studio_impact", found=found, most=60, title=rubric.title)
    assert "Mean of techniques" in page
