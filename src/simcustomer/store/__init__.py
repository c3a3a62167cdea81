"""Sessions and accounts in SQL: the one place where what was said is kept."""

from simcustomer.store.accounts import AccountStore
from simcustomer.store.audit import AuditLog
from simcustomer.store.logins import Errand, LoginStore
from simcustomer.store.sessions import Claim, SessionRow, Store, open_store

__all__ = ["AccountStore", "AuditLog", "Claim", "Errand", "LoginStore", "SessionRow", "Store", "open_store"]
