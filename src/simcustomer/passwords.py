"""Passwords: which are accepted, and their argon2id hashes."""

from __future__ import annotations

import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from simcustomer.domain.accounts import name_key
from simcustomer.errors import InvalidInput

SHORTEST, LONGEST = 12, 256
"""Characters. Length is what counts (NIST SP 800-63B); the longest bounds the work of a hash."""


def checked(password: str, name: str) -> str:
    """The password, where this person may use it. Raises InvalidInput where it is too short, too simple or too like the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"The password has {len(password)} characters. Take {SHORTEST} to {LONGEST}; a short sentence is good."
        )
    if name_key(name) in name_key(password) and len(password) < SHORTEST + len(name):
        raise InvalidInput("The password is little more than the name. Take another; a short sentence is good.")
    if not all(character.isprintable() for character in password):
        raise InvalidInput("The password holds a character that cannot be typed, such as a line break. Take another.")
    if len(set(password)) < 5:
        raise InvalidInput("The password repeats too few characters. Take another; a short sentence is good.")
    return password


class Passwords:
    """Hashes passwords, and compares them in the same time whether or not there is an account."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def prepare(self) -> None:
        """Prepare for names without an account, so that the first comparison takes no longer than the others."""
        _ = self._nobodys

    def hashed(self, password: str) -> str:
        """The hash to keep, with salt and parameters in it."""
        return self._hasher.hash(_composed(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password of a stored hash. With None, for an unknown name, it does the same work and is False."""
        against = self._nobodys if kept is None else kept
        try:
            self._hasher.verify(against, _composed(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than those in force."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


def _composed(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
