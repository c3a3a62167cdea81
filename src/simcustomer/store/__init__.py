"""What is kept, in SQL: sessions, the one place where what was said is kept, accounts, and what authors write and publish."""

from simcustomer.store.accounts import AccountStore
from simcustomer.store.audit import AuditLog
from simcustomer.store.drafts import Drafts, Saving
from simcustomer.store.editions import Editions, Publication, Published, read_shelf
from simcustomer.store.logins import Errand, LoginStore
from simcustomer.store.sessions import Claim, SessionRow, Store, open_store

__all__ = [
    "AccountStore",
    "AuditLog",
    "Claim",
    "Drafts",
    "Editions",
    "Errand",
    "LoginStore",
    "Publication",
    "Published",
    "Saving",
    "SessionRow",
    "Store",
    "open_store",
    "read_shelf",
]
