"""Sessions and accounts in SQL: the one place where what was said is kept."""

from simcustomer.store.accounts import AccountStore
from simcustomer.store.archive import Archive, Kept, Selection
from simcustomer.store.audit import AuditLog
from simcustomer.store.disputes import Disputes, Waiting, WithoutGrade
from simcustomer.store.logins import Errand, LoginStore
from simcustomer.store.sessions import Claim, SessionRow, Store, open_store
from simcustomer.store.team import Begun, TeamStore

__all__ = [
    "AccountStore",
    "Archive",
    "AuditLog",
    "Begun",
    "Claim",
    "Disputes",
    "Errand",
    "Kept",
    "LoginStore",
    "Selection",
    "SessionRow",
    "Store",
    "TeamStore",
    "Waiting",
    "WithoutGrade",
    "open_store",
]
