"""The lab as a client without a browser meets it: who may, what is taken, what is refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

from simcustomer import wiring
from simcustomer.domain.accounts import LOCAL, Role, Visitor
from simcustomer.lab.lab import MOST_GIVEN, Lab
from simcustomer.lab.order import State
from simcustomer.library import Library
from simcustomer.settings import load_settings
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.lab_forms import MOST_PASTED
from simcustomer.ui.security import HEADERS, MOST_BODY
from tests.fakes import ScriptedCustomer, scripted_cast
from tests.lab.conftest import ended, transcript, write_evals
from tests.serving import serving
from tests.ui.test_app import Answer, Client

TRAINEE = Visitor(id="t", name="t", roles=frozenset({Role.TRAINEE, Role.AUTHOR, Role.MANAGER}))


class Door:
    """Who comes in; a test may change it."""

    visitor = LOCAL

    async def __call__(self, _: Request) -> Visitor:
        return self.visitor


class LabClient(Client):
    """A client of the lab."""

    lab: Lab
    door: Door

    def send(self, address: str, name: str, content: bytes, **headers: str) -> Answer:
        """A form with a file, as a browser sends it."""
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="engine"\r\n\r\nembedded\r\n'.encode(),
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
            b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n",
            f"--{mark}--\r\n".encode(),
        ]
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.ask("POST", address, b"".join(parts), **kind, **headers)

    def handler(self, elem_id: str) -> int:
        """The number of the handler on the control of that id."""
        config = json.loads(self.ask("GET", "/config").text)
        (control,) = (c["id"] for c in config["components"] if c["props"].get("elem_id") == elem_id)
        return next(d["id"] for d in config["dependencies"] if any(source == control for source, _ in d["targets"]))

    def call(self, function: int, data: list[object]) -> str:
        session = uuid.uuid4().hex
        join = {"data": data, "fn_index": function, "trigger_id": None, "session_hash": session, "event_data": None}
        assert self.ask("POST", "/gradio_api/queue/join", json.dumps(join)).status == 200
        return self.ask("GET", f"/gradio_api/queue/data?session_hash={session}").text


@pytest.fixture
def client(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabClient]:
    monkeypatch.setenv("SIMCUSTOMER_EVALS_DIR", str(write_evals(tmp_path / "evals")))
    store, lab, door = open_store(f"sqlite:///{tmp_path / 'app.db'}"), Lab(load_settings()), Door()
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    monkeypatch.setattr("simcustomer.ui.app.alone", door)
    with serving(create_app(practice, library, lab=lab)) as port:
        made = LabClient(port, practice, ScriptedCustomer())
        made.lab, made.door = lab, door
        yield made
    lab.close()
    store.close()


OWN = json.dumps(transcript("own", "I am sorry.")).encode()


def test_a_file_becomes_a_run_whose_grades_can_be_fetched(client: LabClient) -> None:
    answer = client.send("/lab/transcripts", "../calls.jsonl", OWN)
    assert answer.status == 303
    run_id = answer.headers["location"].removeprefix("../lab?run=")
    standing = ended(client.lab, client.lab.folder.run(run_id))
    assert (standing.state, standing.run.order.file) == (State.DONE, "calls.jsonl")
    got = client.ask("GET", f"/lab/runs/{run_id}/graded.jsonl")
    assert got.status == 200
    assert got.headers["content-disposition"].startswith("attachment")
    assert HEADERS.items() <= {name: got.headers.get(name.lower()) for name in HEADERS}.items()
    assert json.loads(got.text)["id"] == "own"
    for other in ("given.jsonl", "run.json", "results.json", "..%2frun.json"):
        assert client.ask("GET", f"/lab/runs/{run_id}/{other}").status == 404


@pytest.mark.parametrize(
    ("address", "name", "content", "back"),
    [
        ("/lab/transcripts", "a.jsonl", b"x" * (MOST_GIVEN + 20_000), "view=grade&problem=too_large"),
        ("/lab/labels", "a.csv", b"x" * (50 * 1024 * 1024), "view=import&problem=too_large"),
        ("/lab/transcripts", "a.csv", b"id", "view=grade&problem=wrong_kind_transcripts"),
        ("/lab/labels", "a.xlsx", b"PK", "view=import&problem=wrong_kind_labels"),
        ("/lab/labels", "a.csv", b"\xff\xfe", "view=import&problem=not_text"),
        ("/lab/labels", "", b"", "view=import&problem=no_file"),
        ("/lab/transcripts", "a.jsonl", b"", "view=grade&problem="),
    ],
)
def test_a_file_that_cannot_be_taken_leads_back_with_a_sentence(
    client: LabClient, address: str, name: str, content: bytes, back: str
) -> None:
    answer = client.send(address, name, content)
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"../lab?{back}")
    assert client.lab.folder.ids() == []


def test_who_is_no_engineer_gets_in_nowhere(client: LabClient) -> None:
    answer = client.send("/lab/transcripts", "calls.jsonl", OWN)
    run_id = answer.headers["location"].removeprefix("../lab?run=")
    ended(client.lab, client.lab.folder.run(run_id))
    client.door.visitor = TRAINEE
    for refused in (
        client.send("/lab/transcripts", "calls.jsonl", OWN),
        client.send("/lab/labels", "calls.jsonl", OWN),
        client.ask("GET", f"/lab/runs/{run_id}/graded.jsonl"),
    ):
        assert refused.status == 403
        assert "engineer" in refused.text
    for control, data in (
        ("lab-start", [["agreement"], "embedded", "test", False, ""]),
        ("lab-grade", ["Customer: a\nTrainee: b", "chat", "embedded"]),
        ("lab-again", [run_id]),
        ("lab-cancel", [run_id]),
        ("lab-remove", [run_id]),
        ("lab-delete", []),
        ("lab-keep", []),
    ):
        said = client.call(client.handler(control), data)
        assert "engineer" in said, control
        assert run_id not in said
    assert client.lab.folder.ids() == [run_id]


def test_every_handler_of_the_room_asks_who_calls(client: LabClient) -> None:
    client.door.visitor = TRAINEE
    config = json.loads(client.ask("GET", "/config").text)
    own = set(config["page"]["lab"]["dependencies"])
    asked = [d for d in config["dependencies"] if d["id"] in own and d["backend_fn"]]
    assert len(asked) >= 9
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    for dependency in asked:
        said = client.call(dependency["id"], [values[component] for component in dependency["inputs"]])
        assert "engineer" in said, dependency


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([[], "embedded", "test", False, ""], "No suite is chosen"),
        ([["agreement"], "embedded", "test", False, "x" * 81], "at most 80"),
    ],
)
def test_an_order_that_cannot_be_taken_is_refused(client: LabClient, data: list[object], says: str) -> None:
    assert says in client.call(client.handler("lab-start"), data)
    assert client.lab.folder.ids() == []


def test_another_site_cannot_send_a_file(client: LabClient) -> None:
    assert client.send("/lab/transcripts", "a.jsonl", OWN, Origin="https://evil.example").status == 403
    assert client.lab.folder.ids() == []


def test_what_can_be_pasted_fits_a_request() -> None:
    assert MOST_PASTED * 4 < MOST_BODY
