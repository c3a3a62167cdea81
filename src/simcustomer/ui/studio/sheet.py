"""What a page of the studio is about: ids that travel with each request; everything else the server reads from the store."""

from __future__ import annotations

import secrets

from pydantic import ValidationError

from simcustomer.domain.model import Frozen
from simcustomer.domain.publishing import ContentKind
from simcustomer.errors import InvalidInput
from simcustomer.studio import Opened


class Sheet(Frozen):
    """A draft as a page knows it; `tab` tells this page from others."""

    draft_id: str
    kind: ContentKind
    content_id: str
    base: str
    revision: int
    tab: str

    @classmethod
    def of(cls, opened: Opened, tab: str | None = None) -> Sheet:
        """The sheet of an opened draft; without a tab, for a page that was just loaded."""
        return cls(
            draft_id=opened.draft_id,
            kind=opened.kind,
            content_id=opened.content_id,
            base=opened.base,
            revision=opened.revision,
            tab=tab or secrets.token_urlsafe(12),
        )

    @classmethod
    def read(cls, sent: str) -> Sheet:
        """The sheet that a page sent. Raises InvalidInput."""
        try:
            return cls.model_validate_json(sent)
        except ValidationError as error:
            raise InvalidInput("This page has lost its draft. Copy your text, then reload the page.") from error

    def opened(self, text: str) -> Opened:
        """The draft with what the page holds of it."""
        return Opened(self.draft_id, self.kind, self.content_id, self.base, text, self.revision, "", mine=True)

    @property
    def sent(self) -> str:
        """The sheet as the page keeps it."""
        return self.model_dump_json()
