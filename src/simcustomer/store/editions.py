"""Reading and writing what authors have published; a step of a history is added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind, Edition, Standing, Step, text_mark
from simcustomer.errors import EditConflict, NotFound
from simcustomer.store.database import guarded, open_engine
from simcustomer.store.records import utc
from simcustomer.store.studio_tables import editions


class Published(NamedTuple):
    """A text and its version."""

    text: str
    version: int


class Publication(NamedTuple):
    """What is to be published: `base` is the mark of the published text that its author knew.

    `file` is what a file of that id holds, which becomes the first step of a history that has none.
    """

    kind: ContentKind
    content_id: str
    text: str
    version: int
    base: str
    file: Published | None
    note: str


@dataclass(frozen=True)
class Editions:
    """The published contents of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def standings(self, kind: ContentKind) -> Mapping[str, Standing]:
        """Where each content of that kind stands, by id."""
        newest = (
            select(editions.c.content_id, func.max(editions.c.number).label("number"))
            .where(editions.c.kind == kind.value)
            .group_by(editions.c.content_id)
            .subquery()
        )
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(editions.c.content_id, editions.c.number, editions.c.version, editions.c.step)
                .join(newest, (editions.c.content_id == newest.c.content_id) & (editions.c.number == newest.c.number))
                .where(editions.c.kind == kind.value)
            ).all()
        return {
            row.content_id: Standing(
                content_id=row.content_id,
                number=row.number,
                version=row.version,
                archived=row.step == Step.ARCHIVED.value,
            )
            for row in rows
        }

    def text(self, kind: ContentKind, content_id: str) -> str:
        """The text that was published last. Raises NotFound where none was."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            current = _current(connection, kind, content_id)
        if current is None:
            raise NotFound(f"Nothing has been published as {content_id[:60]!r} yet.")
        return current.text

    def history(self, kind: ContentKind, content_id: str) -> tuple[Edition, ...]:
        """Every step, newest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(editions)
                .where(editions.c.kind == kind.value, editions.c.content_id == content_id)
                .order_by(editions.c.number.desc())
            ).all()
        return tuple(_edition(row) for row in rows)

    def publish(self, wanted: Publication, author: Visitor) -> int:
        """Add an edition; its number. Raises EditConflict where something else was published since its author looked."""
        with guarded(self.engine.url):
            try:
                with self.engine.begin() as connection:
                    number = _last_step(connection, wanted)
                    current = _current(connection, wanted.kind, wanted.content_id)
                    if text_mark(current.text if current else "") != wanted.base:
                        raise EditConflict(_PUBLISHED_SINCE)
                    _add(connection, wanted, number + 1, author)
            except IntegrityError as error:
                raise EditConflict(_PUBLISHED_SINCE) from error
        return number + 1

    def shelve(self, wanted: Publication, step: Step, author: Visitor) -> None:
        """Archive or restore a content. Raises EditConflict where someone else did something to it at the same moment."""
        with guarded(self.engine.url):
            try:
                with self.engine.begin() as connection:
                    number = _last_step(connection, wanted)
                    current = _current(connection, wanted.kind, wanted.content_id)
                    if current is None:
                        raise NotFound(f"Nothing has been published as {wanted.content_id[:60]!r} yet.")
                    _add(connection, wanted._replace(version=current.version), number + 1, author, step)
            except IntegrityError as error:
                raise EditConflict("Someone else changed this at the same moment. Reload the page.") from error


@dataclass(frozen=True)
class Snapshot:
    """What was published, as it stood when the database was read."""

    held: Mapping[ContentKind, Mapping[str, Standing]]
    texts: Mapping[tuple[ContentKind, str], str]

    def standings(self, kind: ContentKind) -> Mapping[str, Standing]:
        """Where each content of that kind stands, by id."""
        return self.held[kind]

    def text(self, kind: ContentKind, content_id: str) -> str:
        """The text that was published last."""
        return self.texts[kind, content_id]


def read_shelf(database_url: str) -> Snapshot:
    """What was published in the database at this address, which is closed again. Raises StoreError."""
    engine = open_engine(database_url)
    try:
        editions_there = Editions(engine)
        held = {kind: editions_there.standings(kind) for kind in ContentKind}
        texts = {(kind, each): editions_there.text(kind, each) for kind in ContentKind for each in held[kind]}
    finally:
        engine.dispose()
    return Snapshot(held, texts)


_PUBLISHED_SINCE = (
    "Someone has published another edition since you began. Nothing was overwritten, and your draft is kept: "
    "compare both, then decide."
)


def _add(
    connection: Connection,
    wanted: Publication,
    number: int,
    author: Visitor | None = None,
    step: Step = Step.PUBLISHED,
) -> None:
    """A step of a history; without an author, that something was there as a file."""
    connection.execute(
        insert(editions).values(
            kind=wanted.kind.value,
            content_id=wanted.content_id,
            number=number,
            step=step.value,
            version=wanted.version,
            author_id=author.id if author else "",
            author=author.name if author else "",
            at=datetime.now(UTC) if author else None,
            note=wanted.note if author else "",
            text=wanted.text if step is Step.PUBLISHED else None,
        )
    )


def _last_step(connection: Connection, wanted: Publication) -> int:
    """The number of the last step (0: none), once the file of that id, where there is one, has become the first."""
    numbers = select(func.max(editions.c.number)).where(
        editions.c.kind == wanted.kind.value, editions.c.content_id == wanted.content_id
    )
    number = connection.execute(numbers).scalar() or 0
    if number == 0 and wanted.file is not None:
        number = 1
        _add(connection, wanted._replace(text=wanted.file.text, version=wanted.file.version), number)
    return number


def _current(connection: Connection, kind: ContentKind, content_id: str) -> Published | None:
    row = connection.execute(
        select(editions.c.text, editions.c.version)
        .where(editions.c.kind == kind.value, editions.c.content_id == content_id, editions.c.text.is_not(None))
        .order_by(editions.c.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Published(row.text, row.version)


def _edition(row: Row[Any]) -> Edition:
    return Edition(
        kind=ContentKind(row.kind),
        content_id=row.content_id,
        number=row.number,
        step=Step(row.step),
        version=row.version,
        author=row.author,
        at=utc(row.at) if row.at else None,
        note=row.note,
        text=row.text,
    )
