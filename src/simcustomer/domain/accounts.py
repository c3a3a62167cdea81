"""Who uses simcustomer: accounts and their roles, and the visitor that a request comes from."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from simcustomer.domain.model import Frozen
from simcustomer.errors import InvalidInput

LONGEST_NAME = 60
LONGEST_EMAIL = 254

_NAME = re.compile("[\\w.@'\u2019 -]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Role(StrEnum):
    """What a person may do; one person may have several roles."""

    TRAINEE = "trainee"
    AUTHOR = "author"
    ENGINEER = "engineer"
    MANAGER = "manager"


class Visitor(Frozen):
    """The person behind a request. `id` owns sessions; `name` is shown."""

    id: str
    name: str
    roles: frozenset[Role]


LOCAL = Visitor(id="local", name="local", roles=frozenset(Role))
"""The one user of the single-user mode, who may do everything."""


_TRIAL = "studio:"

REMOVED = "(removed)"
"""Replaces the name of someone whose account was removed; no account can be called this."""


class Account(Frozen):
    """A person who signs in. `id` never changes and owns sessions; `name` is shown, and typed to sign in."""

    id: str
    name: str
    email: str | None = None
    team: str | None = None
    roles: frozenset[Role] = frozenset({Role.TRAINEE})
    disabled: bool = False
    created_at: datetime

    @property
    def visitor(self) -> Visitor:
        """This person behind a request."""
        return Visitor(id=self.id, name=self.name, roles=self.roles)


class Identity(Frozen):
    """Who a sign-in provider says that someone is; at one `issuer`, a `subject` never changes and is never given to anyone else."""

    issuer: str
    subject: str


def trial_owner(person: str) -> str:
    """The owner that an author's trials are stored under, by the author's id, so that they count as nobody's practice."""
    return f"{_TRIAL}{person}"[:120]


def person_of(owner: str) -> str:
    """The id of the person behind an owner, whether of practices or of trials."""
    return owner.removeprefix(_TRIAL)


def clean_name(text: str) -> str:
    """A name as it is kept: composed, without spaces around it. Raises InvalidInput.

    Letters, digits, spaces and . _ @ ' - make a name, so that it reads the same in a page, a terminal and a log.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or not name[0].isalnum():
        raise InvalidInput(
            f"{text[:LONGEST_NAME]!r} cannot be a name. Use 1 to {LONGEST_NAME} letters, digits, spaces and . _ @ ' -, "
            "beginning with a letter or digit."
        )
    return name


def name_key(name: str) -> str:
    """Equal for names that look the same to a reader, whatever their case and width."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def tried_name(name: str) -> str:
    """The key under which tries to sign in with a name are counted."""
    return f"name {name_key(name)}"


def clean_email(text: str) -> str:
    """An email address as it is kept. Raises InvalidInput for anything else."""
    email = text.strip()
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidInput(f"{text[:60]!r} is not an email address. Give one like ann@example.com, or leave it out.")
    return email
