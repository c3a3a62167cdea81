"""What stands in for a model in tests: honest, echoing and obedient players."""

from __future__ import annotations

import json
import re
from typing import Any

Body = dict[str, Any]

_SPOTLIT = re.compile(r"<<([0-9a-f]{16})\n(.*?)\n\1>>", re.DOTALL)
_SAYINGS = (
    "And what will you do about it?", "Three times I have asked for this now.", "I want to hear a name and an hour.",
    "So what happens tomorrow then?", "You keep telling me the same old story.", "My patience has limits, you know.",
    "I have wasted enough days on this already.", "Who is going to see to it, and when?", "That tells me nothing at all.",
)  # fmt: skip


def said(body: Body) -> str:
    """The text that the last spotlight shows."""
    shown = [text for message in body["messages"] for _, text in _SPOTLIT.findall(message["content"])]
    return shown[-1]


def honest(body: Body) -> str:
    """A plain answer that fits whatever role the prompt asks for."""
    system = str(body["messages"][0]["content"])
    if '{"ready": true}' in system:
        return '{"ready": true}'
    if body.get("stream"):
        number = sum(message["role"] == "assistant" for message in body["messages"])
        saying = _SAYINGS[number % len(_SAYINGS)] + f" This is the {number}. time of asking."
        last = str(body["messages"][-1]["content"])
        return saying if "write none" in last else '{"met": [], "hands_over": false, "hangs_up": false}\n\n' + saying
    if "You grade" in system:
        return sent(grades(body))
    if "debrief" in system:
        return json.dumps(debriefs(body))
    return "I am sorry about this. I can send somebody tomorrow between 8 and 10. Would that help?"


def form(body: Body) -> Body:
    """The schema that the answer must fit."""
    return body["response_format"]["json_schema"]["schema"]


def grades(body: Body, quote: str | None = None) -> Body:
    """Every sign of the prompt as a key: the first indicator of each technique quoted (by some words of the reply, or `quote`)."""
    words = said(body).split()
    made: Body = {}
    for number, section in enumerate(re.split(r"^## ", str(body["messages"][0]["content"]), flags=re.MULTILINE)[1:]):
        start = number % max(1, len(words) - 3)
        shows = quote if quote is not None else " ".join(words[start : start + 4])
        shown = re.findall(r"^\+ (\w+)", section, re.MULTILINE)
        made[section.split(" ", 1)[0]] = {
            "indicators": {name: shows if name == shown[0] and (quote or len(words) > 7) else None for name in shown},
            "missteps": dict.fromkeys(re.findall(r"^- (\w+)", section, re.MULTILINE)),
            "occasion": True,
        }
    return made


def sent(made: Body) -> str:
    """Grades as they are sent: of each technique the signs that have a quote."""
    return json.dumps(
        {
            technique: {
                "occasion": part["occasion"],
                **{
                    kind: [{"sign": name, "quote": quote} for name, quote in part[kind].items() if quote is not None]
                    for kind in ("indicators", "missteps")
                },
            }
            for technique, part in made.items()
        }
    )


def debriefs(body: Body) -> Body:
    customer = re.findall(r"Customer: (.*?)\.", body["messages"][1]["content"])[0]
    reply = _SPOTLIT.findall(body["messages"][1]["content"].split("Reply 1:", 1)[1])[0][1]
    technique = form(body)["$defs"]["technique"]["enum"]
    note = {"exchange": 1, "quote": " ".join(reply.split()[:5]), "text": "This helped."}
    return {
        "summary": f"It went as it went with {customer}.",
        "strengths": [note | {"technique": name} for name in technique[:2]],
        "improvements": [note | {"technique": name} for name in technique[2:4]],
        "rewrites": [
            {
                "exchange": 1,
                "technique": technique[0],
                "suggestion": "I am sorry that nobody came.",
                "why": "It says so.",
            }
        ],
    }
