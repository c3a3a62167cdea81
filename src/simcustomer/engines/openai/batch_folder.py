"""The disk of batches, what is kept between runs: which were handed in, and every answer that came back; knows no server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simcustomer.domain.model import Frozen
from simcustomer.engines.openai.calls import Usage
from simcustomer.errors import InvalidInput

MOST_REQUESTS = 50_000
MOST_BYTES = 180_000_000
"""The most that one batch may hold; the API takes 50,000 requests and 200 MB."""


class Answer(Frozen):
    """One answer by the key of its request; without text it says that the one before is not to be used again."""

    key: str
    text: str | None = None
    usage: Usage | None = None
    model: str | None = None
    fingerprint: str | None = None


class Handed(Frozen):
    """A file of requests and how far it has come: uploaded, begun, its answers fetched."""

    requests: str
    file_id: str | None = None
    batch_id: str | None = None
    fetched: bool = False


class _Batches(Frozen):
    batches: tuple[Handed, ...] = ()


class BatchFolder:
    """A folder beside an output. Raises InvalidInput where it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state, self._answers = path / "batches.json", path / "answers.jsonl"
        self._places: dict[str, int] = {}
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._answers.touch()
            kept = self._state.read_text(encoding="utf-8") if self._state.exists() else "{}"
            self.batches = list(_Batches.model_validate_json(kept).batches)
            self._load()
        except OSError as error:
            raise InvalidInput(
                f"{path}: cannot be used ({error.strerror}). Choose another place for the output."
            ) from error
        except ValidationError as error:
            raise InvalidInput(f"{path}: is no record of batches. Move it away to begin anew.") from error

    def answer(self, key: str) -> Answer | None:
        """The answer to a request that is kept."""
        place = self._places.get(key)
        if place is None:
            return None
        with self._answers.open("rb") as lines:
            lines.seek(place)
            return Answer.model_validate_json(lines.readline())

    def keep(self, answer: Answer) -> None:
        """Keep an answer, or that one is not to be used again."""
        with self._answers.open("ab") as lines:
            place = lines.tell()
            lines.write(answer.model_dump_json(exclude_none=True).encode() + b"\n")
        self._place(answer, place)

    def begin_requests(self) -> Requests:
        """New files of requests, one for each batch that they need."""
        return Requests(self.path, len(self.batches))

    def add(self, names: list[str]) -> None:
        """Files of requests that are to be handed in."""
        self._set([*self.batches, *(Handed(requests=name) for name in names)])

    def update(self, index: int, **changes: str | bool) -> Handed:
        """A batch that has come further, as it stands now."""
        found = self.batches[index].model_copy(update=changes)
        self._set([*self.batches[:index], found, *self.batches[index + 1 :]])
        return found

    def keys(self, requests: str) -> list[str]:
        """The keys of the requests in a file."""
        with (self.path / requests).open(encoding="utf-8") as lines:
            return [json.loads(line)["custom_id"] for line in lines]

    def _set(self, batches: list[Handed]) -> None:
        made = self._state.with_suffix(".new")
        made.write_text(_Batches(batches=tuple(batches)).model_dump_json(indent=1) + "\n", encoding="utf-8")
        made.replace(self._state)
        self.batches = batches

    def _load(self) -> None:
        place = whole = 0
        with self._answers.open("rb+") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    self._place(Answer.model_validate_json(line), place)
                    whole = place + len(line)
                place += len(line)
            # What a crash wrote of a last line would spoil the next.
            lines.truncate(whole)

    def _place(self, answer: Answer, place: int) -> None:
        if answer.text is None:
            self._places.pop(answer.key, None)
        else:
            self._places[answer.key] = place


class Requests:
    """Writes requests to files of the size that a batch takes; each request once."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._number = number
        self._seen: set[str] = set()
        self._sizes: list[tuple[int, int]] = []

    @property
    def names(self) -> list[str]:
        """The files that were written."""
        return [self._name(index) for index in range(len(self._sizes))]

    def __len__(self) -> int:
        """How many requests there are."""
        return len(self._seen)

    def write(self, key: str, address: str, body: Mapping[str, Any]) -> None:
        """Add a request that is not there yet."""
        if key in self._seen:
            return
        self._seen.add(key)
        line = json.dumps({"custom_id": key, "method": "POST", "url": address, "body": body}).encode() + b"\n"
        count, size = self._sizes[-1] if self._sizes else (MOST_REQUESTS, 0)
        fresh = count >= MOST_REQUESTS or size + len(line) > MOST_BYTES
        if fresh:
            self._sizes.append((0, 0))
            count = size = 0
        with (self._path / self._name(len(self._sizes) - 1)).open("wb" if fresh else "ab") as lines:
            lines.write(line)
        self._sizes[-1] = (count + 1, size + len(line))

    def _name(self, index: int) -> str:
        return f"requests-{self._number + index + 1:04}.jsonl"
