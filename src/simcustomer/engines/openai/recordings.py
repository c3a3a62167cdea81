"""Calls kept on disk and played back: the same request gives the same answer, without a server."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from simcustomer.domain.model import Frozen
from simcustomer.engines.openai.calls import Call, Completion, Message, Model, Usage
from simcustomer.engines.openai.usage import Ledger
from simcustomer.errors import ModelError, SettingsError
from simcustomer.settings import ModelRole


class Recording(Frozen):
    """One call and its answer. `prompts` are digests by file; `whole` is False where the engine had heard enough.

    `model` is the name that was asked for, `answered_by` the one that the server gave.
    """

    role: ModelRole
    purpose: str
    model: str
    answered_by: str | None = None
    fingerprint: str | None = None
    at: datetime
    prompts: dict[str, str]
    sample: int = 0
    messages: tuple[Message, ...]
    text: str
    whole: bool = True
    usage: Usage | None = None


@dataclass(frozen=True)
class Recorder:
    """Implements `calls.Model`: passes calls on and keeps those that were answered in `folder`."""

    model: Model
    folder: Path

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def deadline(self) -> float:
        """Seconds that one answer of a role may take."""
        return self.model.deadline

    async def complete(self, call: Call, until: float) -> Completion:
        """The whole answer, kept."""
        done = await self.model.complete(call, until)
        self._keep(call, done)
        return done

    async def stream(self, call: Call, until: float) -> AsyncGenerator[str]:
        """The answer in pieces, kept as far as it was heard."""
        heard: list[str] = []
        try:
            async with aclosing(self.model.stream(call, until)) as pieces:
                async for piece in pieces:
                    heard.append(piece)
                    yield piece
        except GeneratorExit:
            self._keep(call, Completion("".join(heard)), whole=False)
            raise
        self._keep(call, Completion("".join(heard)))

    def _keep(self, call: Call, done: Completion, *, whole: bool = True) -> None:
        recording = Recording(
            role=call.role,
            purpose=call.purpose,
            model=self.name,
            answered_by=done.model,
            fingerprint=done.fingerprint,
            at=datetime.now(UTC),
            prompts=dict(call.prompts),
            sample=call.sample,
            messages=call.messages,
            text=done.text,
            whole=whole,
            usage=done.usage,
        )
        path = self.folder / _file(call, self.name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            made = path.with_suffix(".part")
            made.write_text(recording.model_dump_json(indent=1) + "\n", encoding="utf-8")
            made.replace(path)
        except OSError as error:
            message = f"{path}: the recording cannot be written ({error.strerror}). Choose another folder for --record."
            raise ModelError(message, kind="no_recording") from error


@dataclass(frozen=True)
class Replay:
    """Implements `calls.Model` from the recordings in `folder`; calls nobody."""

    folder: Path
    role: ModelRole
    ledger: Ledger
    model: str | None = None
    deadline: float = 60.0

    @property
    def name(self) -> str:
        """The model of the settings, else the one whose recordings these are. Raises SettingsError."""
        return self.model or self._only

    @cached_property
    def _only(self) -> str:
        models = {recording.model for recording in self._kept}
        if len(models) != 1:
            found = f"recordings of {', '.join(sorted(models))}" if models else f"no recording for the {self.role}"
            raise SettingsError(
                f"{self.folder}: holds {found}. Say which to replay with SIMCUSTOMER_{self.role.upper()}_MODEL, "
                "or record some with --record."
            )
        return models.pop()

    async def complete(self, call: Call, until: float) -> Completion:  # noqa: ARG002  # a recording is there at once
        """The recorded answer. Raises ModelError where there is none."""
        started = time.monotonic()
        kept = self._recording(call)
        seconds = time.monotonic() - started
        # Without tokens: what was paid for when it was recorded is not paid for again.
        self.ledger.called(call, self.name, usage=None, seconds=seconds, attempts=1, outcome="replayed")
        return Completion(kept.text, kept.usage, kept.answered_by, kept.fingerprint)

    async def stream(self, call: Call, until: float) -> AsyncGenerator[str]:
        """The recorded answer in one piece. Raises ModelError where there is none, or no more of it."""
        yield (await self.complete(call, until)).text
        if not self._recording(call).whole:
            raise ModelError(
                f"{self.folder}: this answer was recorded in part only. Record it anew.", kind="no_recording"
            )

    def _recording(self, call: Call) -> Recording:
        path = self.folder / _file(call, self.name)
        if path.exists():
            return _read(path)
        raise ModelError(
            f"{self.folder}: holds no recording of this request of the {self.role} ({self._changed(call)}). "
            "Record it with --record.",
            kind="no_recording",
        )

    def _changed(self, call: Call) -> str:
        """Why there is none: which prompt is not what it was, else that the case is another."""
        alike = [recording for recording in self._kept if recording.model == self.name]
        if not alike:
            return f"nor any of {self.name}"
        if any(recording.prompts == call.prompts for recording in alike):
            return "the prompts are as recorded; persona, rubric or conversation are others"
        last = max(alike, key=lambda recording: recording.at)
        changed = sorted(name for name, digest in call.prompts.items() if last.prompts.get(name) != digest)
        return f"changed since {last.at:%Y-%m-%d}: {', '.join(f'engines/prompts/{name}' for name in changed)}"

    @cached_property
    def _kept(self) -> tuple[Recording, ...]:
        return tuple(recordings(self.folder, self.role))


def recordings(folder: Path, role: ModelRole) -> Iterable[Recording]:
    """The recordings of a role in a folder. Raises SettingsError where the folder is not there."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: is no folder of recordings. Name one that --record has filled.")
    return [_read(path) for path in sorted(folder.glob(f"{role}-*.json"))]


def _read(path: Path) -> Recording:
    try:
        return Recording.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise SettingsError(f"{path}: is not a recording. Restore it, or record it anew with --record.") from error


def _file(call: Call, model: str) -> str:
    return f"{call.role}-{call.digest(model)[:20]}.json"
