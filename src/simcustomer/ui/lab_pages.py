"""The pages of the lab as its address asks for them: which HTML, which forms, and what can be done to a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.suite_names import SUITES
from simcustomer.lab.lab import Lab
from simcustomer.lab.order import Kind, Standing, State
from simcustomer.ui import lab_reading, lab_views
from simcustomer.ui.lab_messages import Messages
from simcustomer.ui.rendering import Renderer


@dataclass(frozen=True)
class Shown:
    """A page: its panels from above, and which of the room's controls stand between them. `run_id` is the run that it is of."""

    head: str
    body: str = ""
    going: str = ""
    notice: str = ""
    orders: bool = False
    grades: bool = False
    run_id: str = ""
    is_open: bool = False

    @property
    def digest(self) -> str:
        """What tells this body from another, so that one that is the same is not sent again."""
        return hashlib.sha256(self.body.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class LabPages:
    """Makes the pages. Raises NotFound for a run that is not there, StoreError and InvalidInput where one cannot be read."""

    lab: Lab
    renderer: Renderer
    rubric: Callable[[], Rubric]
    messages: Messages

    def asked_for(self, query: Mapping[str, str]) -> Shown:
        """The page of an address."""
        if before := query.get("before"):
            return self.compared(before, query.get("after", ""))
        if run_id := query.get("run"):
            return self.disagreements(run_id, query) if query.get("view") == "apart" else self.run(run_id, query)
        if (view := query.get("view")) in {"grade", "import"}:
            return self.grade(query) if view == "grade" else self.importing(query)
        return self.overview(query.get("older"))

    def overview(self, older: str | None = None) -> Shown:
        """The form to order suites by, what goes on, and the runs so far."""
        standings, more = self.lab.standings(lab_views.PER_PAGE, before=older)
        view = lab_views.overview(standings, more=more, is_first=older is None)
        under_way = [each for each in standings if each.state.is_open]
        lacking = self.lacking()
        return Shown(
            head=self.renderer.html("lab_head", lacking=lacking),
            going=self._going(under_way, link=True),
            body=self.renderer.html("lab_overview", view=view, measures=self.can_measure),
            orders=self.can_measure,
            is_open=bool(under_way),
        )

    @property
    def can_measure(self) -> bool:
        """Whether any suite can be run here."""
        return self.lab.measures and bool(self.lab.suites)

    def lacking(self, *, data: bool = True) -> list[str]:
        """What measuring lacks here, as sentences; without `data`, what own ratings lack."""
        if not self.lab.measures:
            return [self.renderer.wording.say("lab.no_statistics")]
        there = self.lab.suites if data else SUITES
        if not there:
            return [self.renderer.wording.say("lab.no_data")]
        if missing := [self.renderer.wording.say(f"lab.option.{suite}") for suite in SUITES if suite not in there]:
            return [self.renderer.wording.say("lab.no_data_part", suites=", ".join(missing), folder=self.lab.evals)]
        return []

    def run(self, run_id: str, query: Mapping[str, str]) -> Shown:
        """A run: how far it is, or what it found."""
        standing = self.lab.standing(run_id)
        head = self.renderer.html(
            "lab_run_head",
            run=lab_views.listed(standing),
            seconds=standing.ending.seconds if standing.ending else None,
        )
        if standing.state.is_open:
            going = self._going([standing], link=False)
            return Shown(head, going=going, run_id=run_id, is_open=True)
        body = self._graded(standing, query) if _is_graded(standing) else self._measured(standing)
        return Shown(head, body=body, run_id=run_id)

    def _measured(self, standing: Standing) -> str:
        run = standing.run
        done = standing.state is State.DONE and run.order.kind is not Kind.TRANSCRIPTS
        results = self.lab.folder.results(run.id) if done else None
        pins = self.lab.pins(run.order.engine) if done and run.order.kind is Kind.SUITES else None
        others = self.lab.standings(lab_views.PER_PAGE)[0] if done else []
        return self.renderer.html("lab_run", view=lab_views.run_view(standing, results, pins, others))

    def _graded(self, standing: Standing, query: Mapping[str, str]) -> str:
        run_id, folder = standing.run.id, self.lab.folder
        number = query.get("n", "1")
        view = lab_reading.grading_view(
            folder.transcripts(run_id),
            folder.graded(run_id),
            folder.rubric(run_id),
            int(number) if number.isdecimal() and len(number) < 7 else 1,
        )
        remarks = standing.ending.remarks if standing.ending else ()
        return self.renderer.html("lab_graded", view=view, run=run_id, remarks=remarks)

    def disagreements(self, run_id: str, query: Mapping[str, str]) -> Shown:
        """The disagreements of a run, or one of them in its conversation."""
        standing, results = self.lab.standing(run_id), self.lab.folder.results(run_id)
        view = lab_reading.disagreements_view(results, lab_reading.asked_of(query, results))
        title = standing.run.order.note or self.renderer.wording.say("lab.to_run")
        return Shown(self.renderer.html("lab_apart", view=view, run=run_id, title=title))

    def compared(self, before: str, after: str) -> Shown:
        """Two runs side by side."""
        sides = [(self.lab.standing(run_id), self.lab.folder.results(run_id)) for run_id in (before, after)]
        runs = {each.id: each for each in lab_views.comparable(self.lab.standings(lab_views.PER_PAGE)[0])}
        for standing, _ in sides:
            runs.setdefault(standing.run.id, lab_views.listed(standing))
        view = lab_views.compare_view(sides[0], sides[1])
        return Shown(self.renderer.html("lab_compare", view=view, runs=list(runs.values())))

    def grade(self, query: Mapping[str, str]) -> Shown:
        """The forms to grade a conversation by."""
        return Shown(
            head=self.renderer.html("lab_grade_head"),
            body=self.renderer.html("lab_grade_file", engines=self.lab.engines),
            notice=self._problem(query),
            grades=True,
        )

    def importing(self, query: Mapping[str, str]) -> Shown:
        """The form to import ratings by."""
        page = self.renderer.html(
            "lab_import",
            engines=self.lab.engines,
            techniques=self.rubric().ids,
            lacking=self.lacking(data=False),
        )
        return Shown(head=page, notice=self._problem(query))

    def _going(self, standings: list[Standing], *, link: bool) -> str:
        runs = [lab_views.going(each) for each in standings]
        return self.renderer.html("lab_going", runs=runs, link=link) if runs else ""

    def _problem(self, query: Mapping[str, str]) -> str:
        text = self.messages.of(query.get("problem", ""))
        return self.renderer.html("notice", text=text, kind="error") if text else ""


def _is_graded(standing: Standing) -> bool:
    return standing.run.order.kind is Kind.TRANSCRIPTS and standing.state is State.DONE
