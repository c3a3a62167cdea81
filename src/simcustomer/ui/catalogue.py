"""The personas to choose from: read once, and again when a file has changed."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.domain.persona import Persona
from simcustomer.errors import ContentError
from simcustomer.library import Library


class _Read(NamedTuple):
    stamp: tuple[int, int]
    persona: Persona | None


class Offered(NamedTuple):
    """The usable personas, and the ids of those whose files cannot be used."""

    personas: tuple[Persona, ...]
    unusable: tuple[str, ...]


class Catalogue:
    """A library's personas, without reading a file twice: a gallery of twenty would take over a second each time."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._read: dict[str, _Read] = {}

    def offered(self) -> Offered:
        """Every persona; one that cannot be used does not keep the others from being shown."""
        found = {persona_id: self._known(persona_id) for persona_id in self.library.persona_ids}
        return Offered(
            personas=tuple(persona for persona in found.values() if persona),
            unusable=tuple(persona_id for persona_id, persona in found.items() if persona is None),
        )

    def persona(self, persona_id: str) -> Persona:
        """The persona of that id. Raises NotFound, or ContentError where its file is unusable."""
        known = self._known(persona_id) if persona_id in self.library.persona_ids else None
        return known or self.library.persona(persona_id)

    def _known(self, persona_id: str) -> Persona | None:
        try:
            status = (self.library.personas_folder / f"{persona_id}.yaml").stat()
        except FileNotFoundError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        read = self._read.get(persona_id)
        if read is None or read.stamp != stamp:
            read = self._read[persona_id] = _Read(stamp, self._load(persona_id))
        return read.persona

    def _load(self, persona_id: str) -> Persona | None:
        try:
            return self.library.persona(persona_id)
        except ContentError:
            return None
