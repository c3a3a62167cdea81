"""Personas and rubrics as they were when they were used, each kept once by its hash."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from simcustomer.errors import StoreError
from simcustomer.store.tables import contents


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
