"""What a trainee sees of what they are asked to practise."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.domain.assignment import Assignment, Result
from simcustomer.domain.progress import Attempt
from simcustomer.ui.desk import Desk


class AssignedView(NamedTuple):
    """An assignment and how the trainee stands; `offered` says whether its persona can still be chosen."""

    assignment: Assignment
    result: Result
    offered: bool


def assigned_view(desk: Desk, owner: str, attempts: tuple[Attempt, ...]) -> tuple[AssignedView, ...]:
    """What is assigned to someone, what is not passed first; `attempts` are their finished sessions."""
    offered = {persona.id for persona in desk.catalogue.offered().personas}
    return tuple(
        AssignedView(asked.assignment, asked.result, asked.assignment.persona in offered)
        for asked in desk.team.assigned_to(owner, attempts)
    )
