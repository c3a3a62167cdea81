"""An author's use cases: what there is, writing a draft, publishing it, and taking it off the shelf and back."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simcustomer.content_file import content_text, parse_content
from simcustomer.domain.accounts import Visitor
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind, Draft, Edition, Step, even_lines, text_mark
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, EditConflict, InvalidInput, NotAllowed, NotFound
from simcustomer.library import Library
from simcustomer.store import Drafts, Editions, Publication, Published, Saving
from simcustomer.studio.checking import NAME, Checked, problems_of
from simcustomer.studio.text import MOST_NOTE, glance, storable, template, version_of
from simcustomer.yaml_edit import with_value

_log = logging.getLogger(__name__)


ShelfState = Literal["published", "unusable", "archived"]
"""Nobody is given what is archived, or what is unusable: a file that cannot be loaded."""


class Shelved(NamedTuple):
    """A content in the list; `version` is None for one that was never published."""

    kind: ContentKind
    id: str
    title: str
    version: int | None
    state: ShelfState
    from_file: bool


class Opened(NamedTuple):
    """A text to write on. `content_id`, `base` and `revision` are those of its draft; a new draft has revision 0."""

    draft_id: str
    kind: ContentKind
    content_id: str
    base: str
    text: str
    revision: int
    author: str
    mine: bool


@dataclass(frozen=True)
class Writing:
    """Drafts and editions over a library. Methods raise StoreError where the database fails."""

    library: Library
    editions: Editions
    drafts: Drafts

    def shelf(self, kind: ContentKind) -> tuple[Shelved, ...]:
        """Everything that was published, or came as a file, by title."""
        standings = self.editions.standings(kind)
        found: list[Shelved] = []
        for content_id in {*standings, *self.library.files(kind)}:
            current = self.current(kind, content_id)
            if current is not None:
                title = glance(current.text, "title") or content_id
                state = self.state(kind, content_id)
                found.append(Shelved(kind, content_id, title, current.version, state, content_id not in standings))
        return tuple(sorted(found, key=lambda each: (each.title.lower(), each.id)))

    def current(self, kind: ContentKind, content_id: str) -> Published | None:
        """What was published last under that id, archived or not; else what its file holds; else None."""
        if standing := self.editions.standings(kind).get(content_id):
            return Published(self.editions.text(kind, content_id), standing.version)
        return self._file(kind, content_id)

    def state(self, kind: ContentKind, content_id: str) -> ShelfState:
        """Whether trainees are given what is there under that id, and if not, why."""
        standing = self.editions.standings(kind).get(content_id)
        if standing and standing.archived:
            return "archived"
        load = self.library.persona if kind is ContentKind.PERSONA else self.library.rubric
        try:
            load(content_id)
        except (ContentError, NotFound):
            return "unusable"
        return "published"

    def history(self, kind: ContentKind, content_id: str) -> tuple[Edition, ...]:
        """Every step of a content, newest first. Raises NotFound."""
        if steps := self.editions.history(kind, content_id):
            return steps
        file = self._file(kind, content_id)
        if file is None:
            raise NotFound(f"There is no {kind.value} {content_id[:60]!r}. Choose one from the list.")
        return (
            Edition(
                kind=kind,
                content_id=content_id,
                number=1,
                step=Step.PUBLISHED,
                version=file.version,
                author="",
                at=None,
                text=file.text,
            ),
        )

    def changed_file(self, kind: ContentKind, content_id: str) -> str | None:
        """The text of the file of a content where it is not among the editions: an update that the studio's edition hides."""
        file = self._file(kind, content_id)
        known = {text_mark(step.text) for step in self.editions.history(kind, content_id) if step.text}
        return file.text if file and known and text_mark(file.text) not in known else None

    def new(self, kind: ContentKind, *, copy_of: str = "", empty: bool = False) -> Opened:
        """A new content: from the template, from nothing, or as a copy of another. Raises NotFound, ContentError."""
        text = template(kind, empty=empty)
        if copy_of:
            text = self._known(kind, copy_of).text
            for field, value in (("id", f"{copy_of[:55]}-copy"), ("version", 1)):
                text = with_value(text, [field], value)
        return Opened(_token(), kind, "", "", even_lines(text), 0, "", mine=True)

    def edit(self, kind: ContentKind, content_id: str, author: Visitor, *, number: int | None = None) -> Opened:
        """The author's draft of a content, else its published text, or that of an earlier step, to begin one. Raises NotFound."""
        current = self._known(kind, content_id)
        if number is None and (draft := self.drafts.of(kind, content_id, author)):
            return _opened(draft, author)
        text = current.text
        if number is not None:
            text = next((s.text for s in self.history(kind, content_id) if s.number == number and s.text), None) or ""
            if not text:
                raise NotFound(f"There is no edition {number} of {content_id!r}. Choose one from its history.")
        return Opened(_token(), kind, content_id, text_mark(current.text), even_lines(text), 0, "", mine=True)

    def draft(self, draft_id: str, author: Visitor) -> Opened:
        """A draft; another author's can be read, and copied. Raises NotFound."""
        draft = self.drafts.load(draft_id)
        if draft is None:
            raise NotFound(
                "This draft is no longer there: it was published or thrown away. Choose another from the list."
            )
        return _opened(draft, author)

    def save(self, opened: Opened, text: str, author: Visitor, *, tab: str, stamp: int) -> Opened:
        """Keep what was typed. Where another page has saved since, the text becomes a draft of its own, and EditConflict is raised.

        Raises InvalidInput for a text that is too long or cannot be stored, NotFound for a draft of someone else's.
        """
        text = storable(text)
        saving = Saving(
            draft_id=opened.draft_id,
            kind=opened.kind,
            content_id=opened.content_id[:60],
            base=opened.base[:64],
            title=glance(text, "title") or glance(text, "id"),
            text=text,
            revision=opened.revision,
            tab=tab[:64],
            stamp=stamp,
        )
        if not saving.draft_id or len(saving.draft_id) > 64:
            raise InvalidInput("This page has lost its draft. Copy your text, then reload the page.")
        kept = self.drafts.save(saving, author)
        return _opened(kept, author)

    def set_aside(self, opened: Opened, text: str, author: Visitor, *, tab: str) -> Opened:
        """Keep a text that lost to another as a draft of its own."""
        return self.save(opened._replace(draft_id=_token(), revision=0), text, author, tab=tab, stamp=0)

    def discard(self, draft_id: str, author: Visitor) -> None:
        """Throw one's own draft away."""
        self.drafts.drop(draft_id, author)

    def check(self, opened: Opened, text: str) -> Checked:
        """What keeps a text from being published."""
        taken: frozenset[str] = frozenset()
        if not opened.content_id:
            taken = frozenset({*self.editions.standings(opened.kind), *self.library.files(opened.kind)})
        return problems_of(opened.kind, text, content_id=opened.content_id, taken=taken)

    def published(self, opened: Opened) -> Published | None:
        """What stands now where a draft would be published."""
        return self.current(opened.kind, opened.content_id) if opened.content_id else None

    def is_behind(self, opened: Opened) -> bool:
        """Whether something else was published since the draft was begun."""
        current = self.published(opened)
        return text_mark(current.text if current else "") != opened.base

    def rebase(self, draft_id: str, author: Visitor) -> Opened:
        """Let a draft stand on what is published now: its author has seen that. Raises NotFound, NotAllowed."""
        opened = self._mine(draft_id, author)
        current = self.published(opened)
        self.drafts.rebase(draft_id, text_mark(current.text if current else ""), author)
        return self.draft(draft_id, author)

    def publish(self, draft_id: str, author: Visitor, *, note: str) -> tuple[str, int]:
        """Publish a draft; id and version of the edition. The draft is gone then.

        A version that was published already is counted up. Raises ContentError with problems, EditConflict, NotFound,
        InvalidInput for an overlong note.
        """
        note = storable(note, most=4 * MOST_NOTE).strip()
        if len(note) > MOST_NOTE:
            raise InvalidInput(f"The note has {len(note):,} characters; the most is {MOST_NOTE}. Shorten it.")
        opened = self._mine(draft_id, author)
        checked = self.check(opened, opened.text)
        if checked.content is None or checked.problems:
            raise ContentError([str(problem) for problem in checked.problems])
        content, current = checked.content, self.published(opened)
        text, version = opened.text, content.version
        if current is not None and version <= current.version:
            version = current.version + 1
            text = with_value(text, ["version"], version)
        if text_mark(current.text if current else "") == text_mark(opened.text):
            raise EditConflict("This draft says what is published already, so there is nothing to publish.")
        file = self._file(opened.kind, content.id)
        self.editions.publish(Publication(opened.kind, content.id, text, version, opened.base, file, note), author)
        self.drafts.drop(draft_id, author)
        return content.id, version

    def shelve(self, kind: ContentKind, content_id: str, step: Step, author: Visitor) -> None:
        """Archive or restore. Raises NotFound, and InvalidInput for what is archived, or on the shelf, already."""
        current = self._known(kind, content_id)
        archived = self.state(kind, content_id) == "archived"
        if archived == (step is Step.ARCHIVED):
            raise InvalidInput(f"It is {'archived' if archived else 'published'} already. Reload the page to see it.")
        file = self._file(kind, content_id)
        self.editions.shelve(Publication(kind, content_id, current.text, current.version, "", file, ""), step, author)

    def drafts_of(self, kind: ContentKind) -> Sequence[Draft]:
        """Everybody's drafts, the last saved first."""
        return self.drafts.all(kind)

    def persona(self, text: str) -> Persona:
        """The persona of a text. Raises ContentError."""
        return parse_content(text, Persona, name=NAME)

    def rubric(self, text: str) -> Rubric:
        """The rubric of a text. Raises ContentError."""
        return parse_content(text, Rubric, name=NAME)

    def _known(self, kind: ContentKind, content_id: str) -> Published:
        current = self.current(kind, content_id)
        if current is None:
            raise NotFound(f"There is no {kind.value} {content_id[:60]!r}. Choose one from the list.")
        return current

    def _mine(self, draft_id: str, author: Visitor) -> Opened:
        opened = self.draft(draft_id, author)
        if not opened.mine:
            raise NotAllowed(f"This is a draft of {opened.author}. Begin your own from it, or ask {opened.author}.")
        return opened

    def _file(self, kind: ContentKind, content_id: str) -> Published | None:
        path = self.library.file(kind, content_id)
        try:
            text = content_text(path) if path else None
        except ContentError as error:
            _log.warning("%s", error)
            text = None
        return Published(text, version_of(text)) if text is not None else None


def _opened(draft: Draft, author: Visitor) -> Opened:
    mine = draft.author_id == author.id
    return Opened(draft.id, draft.kind, draft.content_id, draft.base, draft.text, draft.revision, draft.author, mine)


def _token() -> str:
    return secrets.token_urlsafe(18)
