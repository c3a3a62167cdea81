"""The managers' room as raw HTTP meets it: nobody else's handlers, sessions or downloads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.exports import SessionRecord
from simcustomer.library import Library
from simcustomer.settings import Settings
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from tests.serving import serving
from tests.support.signed_in import PASSWORD, Browser
from tests.support.teams import Office, office_on


@dataclass
class Place:
    """A running app with people of two teams, and a session of Ann's."""

    port: int
    office: Office
    session: Session
    ids: dict[str, str]

    def signed_in(self, name: str) -> Browser:
        browser = Browser(self.port)
        assert browser.sign_in(name).status == 303
        return browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, library: Library, dean: Persona, rubric: Rubric) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("team")
    with office_on(f"sqlite:///{folder / 'team.db'}", dean, rubric) as office:
        accounts, ids = wiring.accounts(office.store), {}
        for name, role, team in (
            ("max", Role.MANAGER, "Billing"),
            ("ann", Role.TRAINEE, "Billing"),
            ("eve", Role.MANAGER, "Sales"),
            ("lou", Role.MANAGER, None),
        ):
            ids[name] = accounts.add(name, password=PASSWORD, roles=[role], team=team).id
        session = office.talk(ids["ann"], "I am sorry.", "You had better calm down.")
        office.talk(ids["ann"], "I am sorry.", finish=False)
        opening = Opening(keeper=wiring.doorkeeper(Settings(), office.store))
        with serving(create_app(office.practice, library, opening=opening)) as port:
            yield Place(port, office, session, ids)


def handlers(browser: Browser) -> dict[str, int]:
    """The room's handlers by the id of the control that calls them; `load` is the page's own, which this one keeps."""
    config = json.loads(
        browser.ask("GET", "/team?view=assign").text.split("window.gradio_config = ")[1].split(";</script>")[0]
    )
    names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    return {
        names.get(target) or event: dependency["id"]
        for dependency in config["dependencies"]
        for target, event in dependency["targets"]
    }


def opened(browser: Browser, query: str = "") -> str:
    """What the room is filled with."""
    return browser.ask("GET", f"/team?{query}").text


def test_the_room_is_for_managers(place: Place) -> None:
    assert place.signed_in("ann").ask("GET", "/team").status == 403
    assert place.signed_in("max").ask("GET", "/team").status == 200


def test_a_trainee_calls_none_of_its_handlers(place: Place) -> None:
    ann, max_ = place.signed_in("ann"), place.signed_in("max")
    functions = handlers(max_)
    assert {"load", "assign-send", "withdraw", "override", "decline", "regrade"} <= set(functions)
    for function in functions.values():
        assert ann.join(function, [], "hers").status == 403


def test_a_session_is_shown_to_its_own_teams_manager_alone(place: Place) -> None:
    query = f"session={place.session.id}&reply=2&technique=composure"
    assert "calm down" in opened(place.signed_in("max"), query)
    told = opened(place.signed_in("eve"), query)
    assert "calm down" not in told
    assert "no such session in your team" in told


def test_another_teams_manager_decides_nothing(place: Place) -> None:
    eve = place.signed_in("eve")
    functions = handlers(eve)
    sent = [place.session.id, 2, "composure", "3", "Because."]
    assert eve.join(functions["override"], sent, "eves").status == 200
    assert "no such session in your team" in eve.events("eves")
    now = place.office.practice.open(place.session.id, owner=place.ids["ann"])
    assert all(exchange.overrides == () for exchange in now.exchanges)


def test_a_manager_without_a_team_is_told_so(place: Place) -> None:
    assert "in no team yet" in opened(place.signed_in("lou"))


@pytest.mark.parametrize(
    ("who", "path", "status", "sessions"),
    [
        ("ann", "/exports/mine/jsonl", 200, 1),
        ("eve", "/exports/mine/jsonl", 200, 0),
        ("max", "/exports/team/jsonl", 200, 1),
        ("max", "/exports/team/jsonl?until=2000-01-01", 200, 0),
        ("eve", "/exports/team/jsonl", 200, 0),
        ("ann", "/exports/team/jsonl", 403, 0),
        ("lou", "/exports/team/jsonl", 404, 0),
        ("max", "/exports/team/jsonl?person=nobody", 404, 0),
        ("max", "/exports/team/jsonl?since=yesterday", 400, 0),
        ("ann", "/exports/mine/jsonl?since=0001-01-01", 400, 0),
        ("ann", "/exports/mine/jsonl?until=9999-12-31", 400, 0),
        ("max", "/exports/team/pdf", 404, 0),
        ("max", "/exports/all/jsonl", 404, 0),
    ],
)
def test_downloads_hold_what_the_visitor_may_have(
    place: Place, who: str, path: str, status: int, sessions: int
) -> None:
    answer = place.signed_in(who).ask("GET", path)
    assert answer.status == status
    if status == 200:
        records = [SessionRecord.model_validate_json(line) for line in answer.text.splitlines()]
        assert [record.id for record in records] == [place.session.id][:sessions]
        assert answer.headers["content-disposition"].startswith('attachment; filename="simcustomer-')


def test_nobody_downloads_without_signing_in(place: Place) -> None:
    for path in ("/exports/mine/csv", "/exports/team/csv"):
        assert Browser(place.port).ask("GET", path).status == 401
