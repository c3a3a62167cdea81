"""The use cases of authors: writing, checking, trying and publishing personas and rubrics."""

from __future__ import annotations

from dataclasses import dataclass

from simcustomer.domain.accounts import Visitor, trial_owner
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.practice import Practice
from simcustomer.studio.bench import Bench
from simcustomer.studio.writing import Opened, Shelved, Writing

__all__ = ["Bench", "Opened", "Shelved", "Studio", "Writing"]


@dataclass(frozen=True)
class Studio:
    """All that the studio does: writing, a bench, and trying a draft with the engines that trainees meet."""

    writing: Writing
    bench: Bench
    practice: Practice
    rubric_id: str

    def rubric(self) -> Rubric:
        """The published rubric that practices are graded on. Raises NotFound or ContentError."""
        return self.writing.library.rubric(self.rubric_id)

    def begin_trial(self, text: str, author: Visitor) -> Session:
        """A conversation with a draft. It is stored as the author's trial, so that no progress and no team counts it.

        Raises ContentError.
        """
        return self.practice.start(self.writing.persona(text), self.rubric(), owner=trial_owner(author.id))
