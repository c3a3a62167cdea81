"""Sessions in SQL: the one place where what was said is kept."""

from simcustomer.store.archive import Archive, Kept, Selection
from simcustomer.store.disputes import Disputes, Waiting, WithoutGrade
from simcustomer.store.sessions import Claim, SessionRow, Store, open_store
from simcustomer.store.team import Begun, TeamStore

__all__ = [
    "Archive",
    "Begun",
    "Claim",
    "Disputes",
    "Kept",
    "Selection",
    "SessionRow",
    "Store",
    "TeamStore",
    "Waiting",
    "WithoutGrade",
    "open_store",
]
