"""Personas and rubrics as they were when they were used, each kept once by its hash."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import StoreError
from simcustomer.store.tables import contents

Content = TypeVar("Content", bound=BaseModel)

_MOST_KEPT = 128
"""Personas, and as many rubrics, that are kept in memory; one takes about 100 kB."""


def keep_content(connection: Connection, content: BaseModel) -> str:
    """Keep a persona or rubric, once; its hash."""
    body = content.model_dump_json(by_alias=True)
    digest = hashlib.sha256(body.encode()).hexdigest()
    if connection.execute(select(contents.c.hash).where(contents.c.hash == digest)).scalar() is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(contents).values(hash=digest, kind=type(content).__name__.lower(), body=body))
        except IntegrityError:
            pass  # another session kept the same content at the same moment
    return digest


def content_of(connection: Connection, digest: str) -> str:
    """The JSON of a persona or rubric. Raises StoreError where it is gone."""
    body = connection.execute(select(contents.c.body).where(contents.c.hash == digest)).scalar()
    if body is None:
        raise StoreError(f"The content {digest[:16]} of this session is gone from the database; restore a backup.")
    return body


def persona_of(connection: Connection, digest: str) -> Persona:
    """A persona as it was. Raises StoreError where it is gone."""
    return _PERSONAS.of(connection, digest)


def rubric_of(connection: Connection, digest: str) -> Rubric:
    """A rubric as it was. Raises StoreError where it is gone."""
    return _RUBRICS.of(connection, digest)


class _Known(Generic[Content]):
    """Contents that were read before: what has a hash never changes, and to read a persona takes longer than all else."""

    def __init__(self, model: type[Content]) -> None:
        self._model = model
        self._kept: OrderedDict[str, Content] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection: Connection, digest: str) -> Content:
        """The content with this hash."""
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        content = self._model.model_validate_json(content_of(connection, digest))
        with self._lock:
            # The first one stays, so that all sessions share one object.
            content = self._kept.setdefault(digest, content)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return content


_PERSONAS = _Known(Persona)
_RUBRICS = _Known(Rubric)
