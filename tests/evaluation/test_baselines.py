from __future__ import annotations

from dataclasses import replace

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.agreement_table import figures_of
from simcustomer.evaluation.baselines import BASELINES, baseline_levels, taught
from simcustomer.evaluation.golden import RatedReply, read_rated
from tests.conftest import ROOT

Levels = dict[str, dict[str, list[int | None]]]


@pytest.fixture(scope="module")
def lone(rubric: Rubric) -> Rubric:
    """One technique of the rubric: what holds of one holds of all, and is sooner learnt."""
    return rubric.model_copy(update={"techniques": (rubric.technique("recovery"),)})


@pytest.fixture(scope="module")
def asked() -> tuple[RatedReply, ...]:
    return read_rated(ROOT / "evals" / "golden", "test")


@pytest.fixture(scope="module")
def levels(lone: Rubric, asked: tuple[RatedReply, ...]) -> Levels:
    return learnt(lone, asked)


def learnt(lone: Rubric, asked: tuple[RatedReply, ...]) -> Levels:
    return baseline_levels(
        taught(read_rated(ROOT / "evals" / "golden", "development"), ()), asked, lone, lambda _: None
    )


def test_each_gives_every_reply_a_level(levels: Levels, asked: tuple[RatedReply, ...]) -> None:
    assert set(levels) == set(BASELINES)
    for given in levels.values():
        assert set(given) == {"recovery", "overall"}
        assert all(len(column) == len(asked) for column in given.values())
        assert {level for column in given.values() for level in column} <= {0, 1, 2, 3}


def test_length_alone_never_prefers_the_shorter(levels: Levels, asked: tuple[RatedReply, ...]) -> None:
    ordered = sorted(zip((reply.words for reply in asked), levels["length"]["overall"], strict=True))
    assert [level for _, level in ordered] == sorted(level or 0 for _, level in ordered)


def test_they_learn_something_of_the_raters(levels: Levels, asked: tuple[RatedReply, ...]) -> None:
    value = {name: {f.name: f.value or 0.0 for f in figures_of(name, given, asked)} for name, given in levels.items()}
    assert value["features"]["qwk.recovery"] > 0.5
    assert value["tf-idf"]["qwk.overall"] > 0.4


def test_the_ratings_of_what_is_asked_are_not_looked_at(
    lone: Rubric, levels: Levels, asked: tuple[RatedReply, ...]
) -> None:
    blind = tuple(
        replace(reply, rating=reply.rating.model_copy(update={"levels": {"recovery": 0}, "overall": 0}))
        for reply in asked
    )
    assert learnt(lone, blind) == levels


def test_a_technique_with_too_few_lessons_has_no_levels(lone: Rubric, asked: tuple[RatedReply, ...]) -> None:
    few = taught(read_rated(ROOT / "evals" / "golden", "development")[:5], ())
    given = baseline_levels(few, asked[:3], lone, lambda _: None)
    assert given["tf-idf"]["recovery"] == [None, None, None]
