"""Tokens of one practice of six turns with its grading, by role, beside peers: python -m benchmarks.tokens [--players simcustomer].

A token is counted as four characters, since no tokeniser is at hand without a network. What a call's prompt has in common
with the beginning of an earlier call of the same practice is its cached prefix, in whole blocks of 128 tokens from 1,024 on, as
OpenAI's servers cache; it is counted at a tenth. `following` counts the same practice where a colleague has practised with this
customer shortly before, with other replies: what the two have in common is cached too. The peers are measured twice: with one
judgement of the whole, and with one of each technique of our rubric, which is what our grader gives for every reply.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.practices import PLAYERS, python_of, recorded
from benchmarks.processes import RESULTS, Stub, keep, stub
from benchmarks.scenario import COLLEAGUES, PERSONA, REPLIES, scenario

CHARACTERS, LEAST_CACHED, BLOCK, DISCOUNT = 4, 1024, 128, 0.1


def tokens(text: str) -> int:
    """About how many tokens a text is."""
    return len(text) // CHARACTERS


def shared(prompt: str, earlier: str) -> int:
    """Tokens at the beginning that two prompts have in common."""
    length = next((at for at, pair in enumerate(zip(prompt, earlier, strict=False)) if pair[0] != pair[1]), None)
    return (min(len(prompt), len(earlier)) if length is None else length) // CHARACTERS


def prompt_of(body: dict[str, Any]) -> str:
    """All that a model is told, in the order in which servers put it: the form of the answer, then the messages."""
    forms = "".join(json.dumps(body[name]) for name in ("tools", "response_format") if name in body)
    return forms + "".join(f"{message['role']}: {message.get('content') or ''}\n" for message in body["messages"])


Rounds = list[list[dict[str, Any]]]


def counted(rounds: Rounds, earlier: Rounds) -> dict[str, dict[str, float]]:
    """Calls, prompt, cached prefix, completion and what the prompt comes to, by role; `following`: after an earlier practice."""
    first, after = (
        _counted(rounds, []),
        _counted(rounds, [prompt_of(call["request"]) for each in earlier for call in each]),
    )
    return {role: part | {"following": after[role]["counted"]} for role, part in first.items()}


def _counted(rounds: Rounds, before: list[str]) -> dict[str, dict[str, float]]:
    roles: dict[str, dict[str, float]] = {}
    for together in rounds:
        prompts = [prompt_of(call["request"]) for call in together]
        for call, prompt in zip(together, prompts, strict=True):
            same = max((shared(prompt, earlier) for earlier in before), default=0)
            cached = same // BLOCK * BLOCK if same >= LEAST_CACHED else 0
            part = roles.setdefault(
                _role(call["request"]), dict.fromkeys(("calls", "prompt", "cached", "completion"), 0)
            )
            part["calls"] += 1
            part["prompt"] += tokens(prompt)
            part["cached"] += cached
            part["completion"] += tokens(call["answer"])
        before += prompts
    whole = {name: sum(part[name] for part in roles.values()) for name in ("calls", "prompt", "cached", "completion")}
    for part in (*roles.values(), whole):
        part["counted"] = round(part["prompt"] - part["cached"] * (1 - DISCOUNT))
    return {**roles, "all": whole}


def _role(body: dict[str, Any]) -> str:
    """Who is asked: the customer's calls are those that nothing grades by."""
    form = body.get("response_format", {}).get("json_schema", {}).get("name", "")
    if form == "debrief":
        return "coach"
    graded = "tools" in body or "logprobs" in body or form not in {"", "SimulatedInput"}
    return "grader" if graded else "customer"


def kept_players() -> dict[str, Any]:
    """What was counted of players before, for a run of some of them: what a peer asks does not change with us."""
    kept = RESULTS / "tokens.json"
    return json.loads(kept.read_text(encoding="utf-8"))["players"] if kept.exists() else {}


def measured(server: Stub, name: str) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    """A player's tokens, by what it is called in the table."""
    python_of(name)
    for by_technique in (False, True) if name != "simcustomer" else (True,):
        told, colleagues = (
            scenario(server.url, by_technique=by_technique, replies=replies) for replies in (REPLIES, COLLEAGUES)
        )
        graded = "each technique" if by_technique else "as a whole"
        earlier = recorded(server, name, colleagues)["rounds"]
        label = name if name == "simcustomer" else f"{name}, {graded}"
        yield label, counted(recorded(server, name, told)["rounds"], earlier)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--players", nargs="+", default=list(PLAYERS), choices=PLAYERS)
    wanted = parser.parse_args().players
    players = kept_players()
    with stub(0.02) as server:
        for name in wanted:
            for label, found in measured(server, name):
                players[label] = found
                print(label, json.dumps(found), flush=True)
    keep("tokens", {"persona": PERSONA, "players": players})


if __name__ == "__main__":
    main()
