"""Recorded calls play back without a server, and a miss says why."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simcustomer.domain.assessment import Assessment, Ungraded
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.engines import prompts
from simcustomer.engines.openai.casting import ModelEngines
from simcustomer.errors import SettingsError
from simcustomer.settings import Settings
from tests.support.model_server import model_server
from tests.support.players import honest
from tests.support.practising import cast_with, practice_with, said, settings_for

REPLIES = ("I am sorry that nobody came three times.", "What does the display show, please?")


def played(engines: ModelEngines, dean: Persona, rubric: Rubric, folder: Path) -> Session:
    async def run() -> Session:
        practice, store = practice_with(cast_with(engines, "customer", "grader", "coach"), folder)
        session = practice.start(dean, rubric, owner="o", seed=1)
        for reply in REPLIES:
            _, session = await said(practice, session, reply)
        session = await practice.finish(session.id, owner="o")
        store.close()
        return session

    return asyncio.run(run())


def recorded(dean: Persona, rubric: Rubric, folder: Path) -> Session:
    async def settings() -> Settings:
        async with model_server(honest) as server:
            engines = ModelEngines(settings_for(server), record=folder / "calls")
            practice, store = practice_with(cast_with(engines, "customer", "grader", "coach"), folder)
            session = practice.start(dean, rubric, owner="o", seed=1)
            for reply in REPLIES:
                _, session = await said(practice, session, reply)
            session = await practice.finish(session.id, owner="o")
            store.close()
            return session

    return asyncio.run(settings())


def test_a_practice_plays_back_from_its_recordings(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    first = recorded(dean, rubric, tmp_path)
    assert all(isinstance(exchange.grade, Assessment) for exchange in first.exchanges)
    (tmp_path / "again").mkdir()
    again = played(ModelEngines(Settings(), replay=tmp_path / "calls"), dean, rubric, tmp_path / "again")
    assert again.exchanges == first.exchanges
    assert again.debrief == first.debrief
    assert again.provenance == first.provenance
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "calls").iterdir())
    assert set(names) == {"coach", "customer", "grader"}
    assert (names.count("coach"), names.count("grader")) == (1, 2)


@pytest.fixture
def changed_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Changes a prompt file for the time of a test."""
    folder = tmp_path / "prompts"

    def change(name: str) -> None:
        shutil.copytree(Path(prompts.__file__).parent, folder)
        with (folder / f"{name}.md").open("a", encoding="utf-8") as file:
            file.write("Be kind.\n")
        monkeypatch.setattr(prompts, "_FOLDER", folder)
        prompts.prompt.cache_clear()

    yield change
    monkeypatch.undo()
    prompts.prompt.cache_clear()


def test_a_changed_prompt_is_a_miss_that_names_it(
    dean: Persona, rubric: Rubric, tmp_path: Path, changed_prompt: Callable[[str], None]
) -> None:
    recorded(dean, rubric, tmp_path)
    (tmp_path / "again").mkdir()
    changed_prompt("grader_rules")
    session = played(ModelEngines(Settings(), replay=tmp_path / "calls"), dean, rubric, tmp_path / "again")
    grade = session.exchanges[0].grade
    assert isinstance(grade, Ungraded)
    assert "engines/prompts/grader_rules.md" in grade.reason
    assert "grader_case" not in grade.reason


def test_another_conversation_is_a_miss_that_says_so(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    recorded(dean, rubric, tmp_path)
    (tmp_path / "again").mkdir()
    other = dean.model_copy(update={"brief": dean.brief.model_copy(update={"situation": "It is Monday."})})
    session = played(ModelEngines(Settings(), replay=tmp_path / "calls"), other, rubric, tmp_path / "again")
    grade = session.exchanges[0].grade
    assert isinstance(grade, Ungraded)
    assert "persona, rubric or conversation are others" in grade.reason


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder of recordings"):
        ModelEngines(Settings(), replay=tmp_path / "none").grader()
    with pytest.raises(SettingsError, match="no recording for the grader"):
        ModelEngines(Settings(), replay=tmp_path).grader()
