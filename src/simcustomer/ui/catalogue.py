"""The personas to choose from and the rubrics: read once, and again when one has changed."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple

from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError
from simcustomer.library import Library


class _Read(NamedTuple):
    stamp: Hashable
    persona: Persona | None


class _ReadRubric(NamedTuple):
    stamp: Hashable
    rubric: Rubric


class Offered(NamedTuple):
    """The usable personas, and the ids of those whose files cannot be used."""

    personas: tuple[Persona, ...]
    unusable: tuple[str, ...]


class Catalogue:
    """A library's personas, without reading a file twice: a gallery of twenty would take over a second each time."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._reading = Lock()  # visitors who come at once would each read every file
        self._read: dict[str, _Read] = {}
        self._rubrics: dict[str, _ReadRubric] = {}

    def offered(self) -> Offered:
        """Every persona; one that cannot be used does not keep the others from being shown."""
        stamps = self.library.stamps(ContentKind.PERSONA)
        found = {persona_id: self._known(persona_id, stamp) for persona_id, stamp in stamps.items()}
        return Offered(
            personas=tuple(persona for persona in found.values() if persona),
            unusable=tuple(persona_id for persona_id, persona in found.items() if persona is None),
        )

    def persona(self, persona_id: str) -> Persona:
        """The persona of that id. Raises NotFound, or ContentError where its file is unusable."""
        stamp = self.library.stamps(ContentKind.PERSONA).get(persona_id)
        known = self._known(persona_id, stamp) if stamp is not None else None
        return known or self.library.persona(persona_id)

    def rubric(self, rubric_id: str) -> Rubric:
        """The rubric of that id. Raises NotFound, or ContentError where its file is unusable."""
        stamp = self.library.stamps(ContentKind.RUBRIC).get(rubric_id)
        read = self._rubrics.get(rubric_id)
        if read is None or read.stamp != stamp:
            read = self._rubrics[rubric_id] = _ReadRubric(stamp, self.library.rubric(rubric_id))
        return read.rubric

    def _known(self, persona_id: str, stamp: Hashable) -> Persona | None:
        read = self._read.get(persona_id)
        if read is None or read.stamp != stamp:
            with self._reading:
                read = self._read.get(persona_id)
                if read is None or read.stamp != stamp:
                    read = self._read[persona_id] = _Read(stamp, self._load(persona_id))
        return read.persona

    def _load(self, persona_id: str) -> Persona | None:
        try:
            return self.library.persona(persona_id)
        except ContentError:
            return None
