"""What is kept, in SQL: sessions, the one place where what was said is kept, accounts, and what authors write and publish."""

from simcustomer.store.accounts import AccountStore
from simcustomer.store.allowances import EVERYONE, Allowance
from simcustomer.store.archive import Archive, Kept, Selection
from simcustomer.store.audit import AuditLog
from simcustomer.store.backup import back_up, restore
from simcustomer.store.claims import Claim, Hold
from simcustomer.store.database import is_current
from simcustomer.store.disputes import Disputes, Waiting, WithoutGrade
from simcustomer.store.drafts import Drafts, Saving
from simcustomer.store.editions import Editions, Publication, Published, read_shelf
from simcustomer.store.erasure import Erasure, Old
from simcustomer.store.held import Held
from simcustomer.store.listing import OpenRow, SessionRow
from simcustomer.store.logins import Errand, LoginStore
from simcustomer.store.sessions import Store, open_store
from simcustomer.store.team import Begun, TeamStore

__all__ = [
    "EVERYONE",
    "AccountStore",
    "Allowance",
    "Archive",
    "AuditLog",
    "Begun",
    "Claim",
    "Disputes",
    "Drafts",
    "Editions",
    "Erasure",
    "Errand",
    "Held",
    "Hold",
    "Kept",
    "LoginStore",
    "Old",
    "OpenRow",
    "Publication",
    "Published",
    "Saving",
    "Selection",
    "SessionRow",
    "Store",
    "TeamStore",
    "Waiting",
    "WithoutGrade",
    "back_up",
    "is_current",
    "open_store",
    "read_shelf",
    "restore",
]
