"""What is written down about what people did: when, who, what, about whom; never what was said in a conversation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from simcustomer.domain.model import Frozen

COMMAND = "command line"
"""Who did it, where it was done by a command on the server."""

NOBODY = ""
"""Who did it, where that is not known: a sign-in that failed."""


class Audited(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_THROTTLED = "sign_in_throttled"
    SIGNED_OUT = "signed_out"
    ACCOUNT_ADDED = "account_added"
    ROLES_CHANGED = "roles_changed"
    TEAM_CHANGED = "team_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # the name of an act
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_REMOVED = "account_removed"
    SESSIONS_ADOPTED = "sessions_adopted"
    SESSION_READ = "session_read"
    LEVEL_OVERRIDDEN = "level_overridden"
    DISPUTE_DECLINED = "dispute_declined"
    SESSION_REGRADED = "session_regraded"
    PERSONA_ASSIGNED = "persona_assigned"
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn"
    SESSIONS_EXPORTED = "sessions_exported"
    SESSIONS_PURGED = "sessions_purged"


WITH_ADDRESS = (Audited.SIGNED_IN, Audited.SIGN_IN_FAILED, Audited.SIGN_IN_THROTTLED, Audited.SIGNED_OUT)
"""Acts of which the entry says the address that they came from."""


class AuditEntry(Frozen):
    """One act. `who` and `about` are ids, so that an entry may stay when a person's data is erased."""

    at: datetime
    who: str
    what: Audited
    about: str = ""
    detail: str = ""
