"""Who uses simcustomer: their roles, and the visitor that a request comes from."""

from __future__ import annotations

from enum import StrEnum

from simcustomer.domain.model import Frozen


class Role(StrEnum):
    """What a person may do; one person may have several roles."""

    TRAINEE = "trainee"
    AUTHOR = "author"
    ENGINEER = "engineer"
    MANAGER = "manager"


class Visitor(Frozen):
    """The person behind a request. `id` owns sessions; `name` is shown."""

    id: str
    name: str
    roles: frozenset[Role]


LOCAL = Visitor(id="local", name="local", roles=frozenset(Role))
"""The one user of the single-user mode, who may do everything."""
