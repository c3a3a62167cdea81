"""What is kept, in SQL: sessions, the one place where what was said is kept, and what authors write and publish."""

from simcustomer.store.drafts import Drafts, Saving
from simcustomer.store.editions import Editions, Publication, Published, read_shelf
from simcustomer.store.sessions import Claim, SessionRow, Store, open_store

__all__ = [
    "Claim",
    "Drafts",
    "Editions",
    "Publication",
    "Published",
    "Saving",
    "SessionRow",
    "Store",
    "open_store",
    "read_shelf",
]
