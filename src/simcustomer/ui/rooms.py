"""The rooms beside practice: pages of their own, each for one role."""

from __future__ import annotations

from simcustomer.domain.accounts import Role

ROOMS: dict[str, Role] = {"studio": Role.AUTHOR, "lab": Role.ENGINEER, "team": Role.MANAGER}
"""Whom each room is for, by its address below the root; its name is the text `rooms.ADDRESS`."""
