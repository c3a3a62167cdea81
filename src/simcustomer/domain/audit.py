"""The audit log: who did what, when and to whom; never what was said in a conversation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from simcustomer.domain.model import Frozen

COMMAND = "command line"
"""Stands for who did it, where that was a command on the server."""

NOBODY = ""
"""Stands for who did it, where that is not known, as in a failed sign-in."""


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
"""Acts whose entries hold the address that they came from."""


class AuditEntry(Frozen):
    """One act. `who` and `about` are ids, so that an entry can stay when a person's data is erased."""

    at: datetime
    who: str
    what: Audited
    about: str = ""
    detail: str = ""
