"""The client: what it sends, how often it tries, what it remembers of a server, and what it tells nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from pydantic import SecretStr

from simcustomer.cli.usage import summary
from simcustomer.engines.openai.calls import Call, Message, Schema
from simcustomer.engines.openai.client import ModelClient
from simcustomer.engines.openai.endpoint import endpoint
from simcustomer.engines.openai.failures import Server, failure_of
from simcustomer.engines.openai.usage import Ledger, Totals, read_records
from simcustomer.errors import ModelError, SettingsError
from simcustomer.settings import ModelChoice, Price, Settings
from tests.support.model_server import ModelServer, model_server
from tests.support.practising import KEY, settings_for

WORDS = "my neighbour's cat is called Mortimer"
CALL = Call(
    "grader",
    "grade",
    (Message("user", WORDS),),
    schema=Schema("s", {"type": "object", "properties": {}, "required": [], "additionalProperties": False}),
    session="abc",
)
SERVER = Server("host", "model")


def client_on(server: ModelServer, ledger: Ledger | None = None, **choice: Any) -> ModelClient:
    settings = settings_for(server)
    chosen = settings.openai.model_copy(update=choice)
    return ModelClient(endpoint(settings.model_copy(update={"openai": chosen}), "grader"), ledger or Ledger())


def completed(
    server_fault: str | None = None, times: int | None = None, **choice: Any
) -> tuple[str, ModelServer, Ledger]:
    async def run() -> tuple[str, ModelServer, Ledger]:
        async with model_server(lambda _: "{}", server_fault, times=times) as server:
            client = client_on(server, **choice)
            until = asyncio.get_running_loop().time() + client.deadline
            try:
                done = await client.complete(CALL, until)
            except ModelError as error:
                return str(error), server, client.ledger
            return done.text, server, client.ledger

    return asyncio.run(run())


def every_sdk_error() -> list[Exception]:
    request = httpx2.Request("POST", "http://host/v1")
    body = {"message": f"{KEY} {WORDS}"}
    made: list[Exception] = [openai.APITimeoutError(request), openai.APIConnectionError(request=request)]
    for kind in openai.APIStatusError.__subclasses__():
        response = httpx2.Response(getattr(kind, "status_code", 500) or 500, request=request)
        made.append(kind(f"{KEY} {WORDS}", response=response, body=body))
    made += [
        openai.APIError(KEY, request, body=body),
        openai.APIResponseValidationError(httpx2.Response(200, request=request), body, message=KEY),
        httpx2.ReadError(KEY), ConnectionResetError(KEY), TimeoutError(KEY), json.JSONDecodeError(KEY, WORDS, 0),
        AttributeError(KEY), KeyError(KEY), RecursionError(KEY), UnicodeDecodeError("utf-8", b"x", 0, 1, KEY),
    ]  # fmt: skip
    return made


@pytest.mark.parametrize("error", every_sdk_error(), ids=lambda error: type(error).__name__)
def test_every_error_becomes_ours_without_key_or_message(error: Exception) -> None:
    ours = failure_of(error, SERVER)
    assert KEY not in str(ours)
    assert WORDS not in str(ours)
    assert "model at host" in str(ours)
    assert str(ours).endswith(".")


def test_a_server_is_asked_again_at_most_twice() -> None:
    text, server, ledger = completed("rate limit with Retry-After")
    assert "status 429" in text
    assert len(server.requests) == 3
    (record,) = ledger.records()
    assert (record.attempts, record.outcome) == (3, "rate")


def test_retry_after_is_kept_to(monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    text, server, _ = completed("rate limit with Retry-After", times=1)
    assert (text, len(server.requests)) == ("{}", 2)
    assert time.monotonic() - started < 0.45


def test_what_another_try_cannot_mend_is_tried_once() -> None:
    text, server, _ = completed("echo of the key")
    assert len(server.requests) == 1
    assert "does not accept the key" in text
    assert KEY not in text


def test_a_deadline_holds_against_a_body_that_drips() -> None:
    started = time.monotonic()
    text, _, ledger = completed("body that drips", deadline=0.6)
    assert 0.5 < time.monotonic() - started < 1.5
    assert "in time" in text
    assert ledger.records()[0].outcome == "timeout"


def test_what_a_server_rejects_is_left_out_and_remembered() -> None:
    async def run() -> list[dict[str, Any]]:
        async with model_server(lambda _: "{}") as server:
            server.rejects = {
                "seed": "Unsupported parameter: seed",
                "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
                "response_format": "response_format is not supported",
            }
            client = client_on(server, seed=7, temperature=0.5)
            for _ in range(2):
                await client.complete(CALL, asyncio.get_running_loop().time() + 5)
            return server.requests

    requests = asyncio.run(run())
    assert "response_format" not in requests[-1]
    assert requests[-1].keys() >= {"max_completion_tokens", "temperature", "messages", "model"}
    assert requests[-1] == requests[-2]
    assert requests[0]["response_format"]["type"] == "json_schema"
    assert [r.get("response_format", {}).get("type") for r in requests if "seed" not in r and "max_tokens" not in r] == [
        "json_schema", "json_object", None, None
    ]  # fmt: skip


def test_a_passing_fault_teaches_nothing_about_a_server() -> None:
    _, server, _ = completed("internal error (500)", times=1)
    assert [request["response_format"]["type"] for request in server.requests] == ["json_schema", "json_schema"]


def test_a_form_that_is_set_is_not_given_up() -> None:
    async def run() -> str:
        async with model_server(lambda _: "{}") as server:
            server.rejects = {"response_format": "no response_format here"}
            with pytest.raises(ModelError) as raised:
                await client_on(server, structured="json_schema").complete(CALL, asyncio.get_running_loop().time() + 5)
            assert len(server.requests) == 1
            return str(raised.value)

    assert "rejects the request" in asyncio.run(run())


def test_calls_are_entered_with_tokens_and_cost(tmp_path: Path) -> None:
    ledger = Ledger(prices={"stub": Price(input=2, output=8, cached=1)}, path=tmp_path / "books" / "calls.jsonl")

    async def run() -> None:
        async with model_server(lambda _: "x" * 400) as server:
            client = client_on(server, ledger)
            until = asyncio.get_running_loop().time() + 5
            await client.complete(CALL, until)
            assert "".join([piece async for piece in client.stream(CALL, until)]) == "x" * 400

    asyncio.run(run())
    records = read_records(tmp_path / "books" / "calls.jsonl")
    assert [(r.session, r.prompt, r.cached, r.completion, r.outcome) for r in records] == [("abc", 9, 4, 100, "ok")] * 2
    assert Totals.of(records).cost == pytest.approx(2 * (5 * 2 + 4 * 1 + 100 * 8) / 1e6)
    assert WORDS not in (tmp_path / "books" / "calls.jsonl").read_text(encoding="utf-8")


def test_a_stream_that_was_stopped_is_counted_as_one_of_unknown_tokens() -> None:
    ledger = Ledger()

    async def run() -> None:
        async with model_server(lambda _: "x" * 400) as server:
            client = client_on(server, ledger)
            until = asyncio.get_running_loop().time() + 5
            await client.complete(CALL, until)
            stream = client.stream(CALL, until)
            assert await anext(stream)
            await stream.aclose()

    asyncio.run(run())
    totals = Totals.of(ledger.records())
    assert (totals.calls, totals.failed, totals.unknown, totals.completion) == (2, 0, 1, 100)
    assert "100 out (unknown for 1 of the calls)" in summary(totals)


def test_neither_key_nor_words_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in (None, "echo of the key", "internal error (500)", "HTML with status 200"):
        text, *_ = completed(fault, deadline=3)
        assert KEY not in text + caplog.text
        assert WORDS not in text + caplog.text


OTHER = "https://models.example/v1"


def test_a_key_goes_only_to_the_server_that_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    plain = Settings(openai=ModelChoice(model="m"))
    assert endpoint(plain, "grader").api_key.get_secret_value() == "from-environment"
    with pytest.raises(SettingsError, match="no key for the grader's model"):
        endpoint(Settings(openai=ModelChoice(model="m"), grader=ModelChoice(base_url=OTHER)), "grader")
    with pytest.raises(SettingsError, match="no key"):
        endpoint(Settings(openai=ModelChoice(model="m", base_url=OTHER)), "grader")
    local = Settings(
        openai=ModelChoice(model="m", api_key=SecretStr("mine")), grader=ModelChoice(base_url="http://127.0.0.1:9/v1")
    )
    assert endpoint(local, "grader").api_key.get_secret_value() == "none"
    assert endpoint(local, "customer").api_key.get_secret_value() == "mine"


def test_a_missing_model_is_named() -> None:
    with pytest.raises(SettingsError, match="SIMCUSTOMER_OPENAI_MODEL"):
        endpoint(Settings(), "coach")


def test_each_role_has_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_MODEL": "small", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "GRADER_MODEL": "large", "GRADER_TEMPERATURE": "0",
        "CUSTOMER_DEADLINE": "9", "PRICES": '{"small": {"input": 1, "output": 2}}', "SAMPLES": "3",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SIMCUSTOMER_{name}", value)
    settings = Settings()
    grader, customer = endpoint(settings, "grader"), endpoint(settings, "customer")
    assert (grader.model, grader.temperature, customer.model, customer.deadline) == ("large", 0.0, "small", 9.0)
    assert customer.temperature is None
    assert settings.prices["small"].output == 2
