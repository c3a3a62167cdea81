"""Reading and writing drafts: each is its author's alone to change, and no saving overwrites one that it did not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind, Draft
from simcustomer.errors import EditConflict, NotFound
from simcustomer.store.database import guarded
from simcustomer.store.records import utc
from simcustomer.store.studio_tables import drafts


class Saving(NamedTuple):
    """A text to keep in a draft.

    `tab` is the page that it was typed in, `stamp` tells the order of what that page sends, `revision` is the last one
    that the page knew.
    """

    draft_id: str
    kind: ContentKind
    content_id: str
    base: str
    title: str
    text: str
    revision: int
    tab: str
    stamp: int


@dataclass(frozen=True)
class Drafts:
    """The drafts of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def all(self, kind: ContentKind) -> tuple[Draft, ...]:
        """Everybody's drafts, the last saved first."""
        return self._found(drafts.c.kind == kind.value)

    def load(self, draft_id: str) -> Draft | None:
        """The draft of that id; None where there is none."""
        found = self._found(drafts.c.id == draft_id)
        return found[0] if found else None

    def of(self, kind: ContentKind, content_id: str, author: Visitor) -> Draft | None:
        """The author's last saved draft of a content; None where there is none."""
        mine = (drafts.c.content_id == content_id) & (drafts.c.author_id == author.id)
        found = self._found(mine & (drafts.c.kind == kind.value))
        return found[0] if found else None

    def save(self, wanted: Saving, author: Visitor) -> Draft:
        """Keep a text; the draft as it stands then. A saving that arrives late from the same page changes nothing.

        Raises EditConflict where another page has saved since, NotFound where the draft is someone else's.
        """
        with guarded(self.engine.url):
            if not self._updated(wanted, author) and not self._inserted(wanted, author):
                self._refuse(wanted, author)
        kept = self.load(wanted.draft_id)
        if kept is None:
            raise NotFound(
                "This draft was thrown away in another tab. Your text is still here: copy it into a new one."
            )
        return kept

    def rebase(self, draft_id: str, base: str, author: Visitor) -> None:
        """Let a draft stand on another published text."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(
                update(drafts).where(drafts.c.id == draft_id, drafts.c.author_id == author.id).values(base=base)
            )

    def drop(self, draft_id: str, author: Visitor) -> None:
        """Throw a draft away."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(drafts).where(drafts.c.id == draft_id, drafts.c.author_id == author.id))

    def _found(self, which: ColumnElement[bool]) -> tuple[Draft, ...]:
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(select(drafts).where(which).order_by(drafts.c.saved_at.desc())).all()
        return tuple(_draft(row) for row in rows)

    def _updated(self, wanted: Saving, author: Visitor) -> bool:
        known = drafts.c.revision == wanted.revision
        later = (drafts.c.tab == wanted.tab) & (drafts.c.stamp < _stamp(wanted))
        with self.engine.begin() as connection:
            done = connection.execute(
                update(drafts)
                .where(drafts.c.id == wanted.draft_id, drafts.c.author_id == author.id, known | later)
                .values(**_values(wanted), revision=drafts.c.revision + 1)
            )
        return done.rowcount == 1

    def _inserted(self, wanted: Saving, author: Visitor) -> bool:
        if wanted.revision:
            return False
        try:
            with self.engine.begin() as connection:
                connection.execute(
                    insert(drafts).values(
                        id=wanted.draft_id,
                        kind=wanted.kind.value,
                        content_id=wanted.content_id,
                        base=wanted.base,
                        revision=1,
                        author_id=author.id,
                        author=author.name,
                        **_values(wanted),
                    )
                )
        except IntegrityError:
            return False  # it is there already: saved by another page, or a moment ago by this one
        return True

    def _refuse(self, wanted: Saving, author: Visitor) -> None:
        with self.engine.connect() as connection:
            row = connection.execute(select(drafts).where(drafts.c.id == wanted.draft_id)).one_or_none()
        if row is None or row.author_id != author.id:
            raise NotFound(
                "This draft is not yours, or was thrown away. Your text is still here: copy it into a new one."
            )
        if row.tab != wanted.tab and row.text != wanted.text:
            raise EditConflict("This draft was changed in another tab or on another device since this page was opened.")


def _values(wanted: Saving) -> dict[str, Any]:
    return {
        "title": wanted.title[:200],
        "text": wanted.text,
        "tab": wanted.tab,
        "stamp": _stamp(wanted),
        "saved_at": datetime.now(UTC),
    }


def _stamp(wanted: Saving) -> str:
    # As text of one length it keeps its order, and fits both databases whatever their integers hold.
    return f"{max(0, wanted.stamp):020d}"[:20]


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        kind=ContentKind(row.kind),
        content_id=row.content_id,
        base=row.base,
        title=row.title,
        text=row.text,
        revision=row.revision,
        author_id=row.author_id,
        author=row.author,
        saved_at=utc(row.saved_at),
    )
