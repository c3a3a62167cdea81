"""Sessions in SQL: the one place where what was said is kept."""

from simcustomer.store.sessions import Claim, OpenRow, SessionRow, Store, open_store

__all__ = ["Claim", "OpenRow", "SessionRow", "Store", "open_store"]
