"""The use cases of the lab: order a run, follow it, cancel it, keep it or delete it."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from simcustomer.errors import InvalidInput, NotFound, SettingsError, StoreError
from simcustomer.evaluation.pins import pin_path
from simcustomer.evaluation.results import Results, read_results
from simcustomer.evaluation.suite_names import with_data
from simcustomer.lab.lane import Lane
from simcustomer.lab.order import Ending, Kind, Order, Run, Standing, State
from simcustomer.lab.runs import ENDING, RunFolder, given_name
from simcustomer.settings import Settings

MOST_WAITING = 20
"""Runs that may wait or be worked on; one more is refused."""

MOST_GIVEN = 1024 * 1024
"""Bytes of the largest file that is taken: some thousand replies."""

SECONDS_ALIVE = 15.0
"""How long after its last sign a server counts as working on its runs."""

_SERVERS = "servers"


def evals_folder(settings: Settings) -> Path | None:
    """The folder that is set, else the working folder's evals, else a checkout's; None where there is none.

    Raises SettingsError where the one that is set is not there.
    """
    if (chosen := settings.evals_dir) is not None:
        if not chosen.is_dir():
            raise SettingsError(
                f"{chosen}: is not a folder; set SIMCUSTOMER_EVALS_DIR to the evals folder of a checkout."
            )
        return chosen
    candidates = (Path.cwd() / "evals", Path(__file__).parents[3] / "evals")
    return next((folder for folder in candidates if with_data(folder)), None)


class Lab:
    """One server's lab over a folder of runs. Suites wait for each other; a given file does not wait for them."""

    def __init__(self, settings: Settings) -> None:
        self.folder = RunFolder(settings.lab_dir)
        self.settings = settings
        self._server = secrets.token_hex(4)
        self._suites = self._lane(settings.lab_at_once)
        self._files = self._lane(1)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines whose grader can be asked: the embedded one, and the model-backed one where a model is set."""
        return ("embedded", "openai") if self.settings.choice("grader").model else ("embedded",)

    @property
    def evals(self) -> Path | None:
        """The evals folder in force. Raises SettingsError where the one that is set is not there."""
        return evals_folder(self.settings)

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites that can be run: those for which there are data."""
        return with_data(self.evals) if self.evals else ()

    @property
    def measures(self) -> bool:
        """Whether the statistics that measuring needs are installed."""
        return all(find_spec(name) is not None for name in ("krippendorff", "sklearn"))

    def order(self, order: Order, *, by: str, given: bytes | None = None) -> Run:
        """Take an order; it is worked on as soon as those before it are done. Raises InvalidInput, SettingsError, StoreError."""
        self._check(order, given)
        run = self.folder.add(order, by=by, server=self._server, given=given)
        self._beat()
        self._lane_of(run).add(run.id)
        return run

    def again(self, run_id: str, *, by: str) -> Run:
        """Order the same once more, on the same file. Raises as `order` does, and NotFound."""
        run = self.folder.run(run_id)
        order = run.order
        if order.kind is Kind.SUITES:
            return self.order(order.model_copy(update={"evals": self.evals}), by=by)
        path = self.folder.place(run_id) / given_name(order)
        try:
            given = path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path} cannot be read ({error.strerror}); give the file again.") from error
        return self.order(order, by=by, given=given)

    def cancel(self, run_id: str) -> None:
        """End a run that waits or is worked on here; one that has ended stays as it is. Raises NotFound."""
        self._lane_of(self.folder.run(run_id)).cancel(run_id)

    def remove(self, run_id: str) -> None:
        """Delete a run that has ended, with all that it holds. Raises NotFound, InvalidInput, StoreError."""
        if self.standing(run_id).state.is_open:
            raise InvalidInput("This run has not ended. Cancel it first, then delete it.")
        self.folder.remove(run_id)

    def standing(self, run_id: str) -> Standing:
        """Where a run stands. Raises NotFound and StoreError."""
        run = self.folder.run(run_id)
        # A run that ends while we look is found ended, since its ending is asked for last.
        state, ahead = self._open_state(run)
        progress, ending = self.folder.progress(run_id), self.folder.ending(run_id)
        if ending is not None:
            return Standing(run=run, state=ending.state, progress=progress, ending=ending)
        return Standing(run=run, state=state, progress=progress, ahead=ahead)

    def standings(self, most: int, *, before: str | None = None) -> tuple[list[Standing], bool]:
        """At most so many runs, newest first, of those older than `before`; and whether there are more."""
        ids = [run_id for run_id in self.folder.ids() if before is None or run_id < before]
        return [self.standing(run_id) for run_id in ids[:most]], len(ids) > most

    def pins(self, engine: str) -> Results | None:
        """The pinned figures of an engine; None where there are none. Raises InvalidInput where they cannot be read."""
        path = pin_path(self.evals, engine) if self.evals else None
        return read_results(path) if path and path.is_file() else None

    def close(self) -> None:
        """End what is worked on; it is found interrupted."""
        self._suites.close()
        self._files.close()
        self._heart.unlink(missing_ok=True)

    def _check(self, order: Order, given: bytes | None) -> None:
        if order.engine not in self.engines:
            raise InvalidInput(
                f"The engine {order.engine!r} is not set up here. Choose one of: {', '.join(self.engines)}. docs/models.md says more."
            )
        if order.kind is not Kind.TRANSCRIPTS and not self.measures:
            raise SettingsError(
                "The evals need their statistics libraries, which are not installed. Install simcustomer[evals]."
            )
        if order.kind is Kind.SUITES:
            self._check_suites(order.suites)
        elif not given:
            raise InvalidInput("The file is empty. Choose one that holds conversations.")
        elif len(given) > MOST_GIVEN:
            raise InvalidInput(f"The file is larger than {MOST_GIVEN // 1024:,} KiB. Split it.")
        waiting = sum(1 for run_id in self.folder.ids()[: 10 * MOST_WAITING] if self.standing(run_id).state.is_open)
        if waiting >= MOST_WAITING:
            raise InvalidInput(f"{waiting} runs are waiting already. Cancel one, or come back when some are done.")

    def _check_suites(self, suites: tuple[str, ...]) -> None:
        if not suites:
            raise InvalidInput("No suite is chosen. Choose at least one.")
        if missing := [suite for suite in suites if suite not in self.suites]:
            raise InvalidInput(
                f"There are no data for {', '.join(missing)} in {self.evals or 'any evals folder'}. Set SIMCUSTOMER_EVALS_DIR."
            )

    def _open_state(self, run: Run) -> tuple[State, int]:
        if run.server == self._server:
            lane = self._lane_of(run)
            if (ahead := lane.ahead_of(run.id)) is not None:
                return State.QUEUED, ahead
            return State.RUNNING, 0
        # Another server may work on the same folder; one that has gone left its runs as they were.
        with suppress(OSError):
            if time.time() - (self.folder.path / _SERVERS / run.server).stat().st_mtime < SECONDS_ALIVE:
                return (State.RUNNING if self.folder.has_begun(run.id) else State.QUEUED), 0
        return State.INTERRUPTED, 0

    def _lane_of(self, run: Run) -> Lane:
        return self._suites if run.order.kind is Kind.SUITES else self._files

    def _lane(self, at_once: int) -> Lane:
        return Lane(self.folder, at_once=at_once, alive=self._beat, ended=self._ended)

    def _ended(self, run_id: str, code: int | None) -> None:
        try:
            if self.folder.ending(run_id) is not None:
                return
        except NotFound:
            return  # whoever ordered it was erased, or it had been kept long enough
        state, problem = State.CANCELLED, None
        if code is not None:
            state = State.FAILED
            problem = (
                f"The run's process ended without a result (exit code {code}). {self.folder.path / run_id} holds a log."
            )
        self.folder.write(run_id, ENDING, Ending(state=state, at=datetime.now(UTC), problem=problem))

    @property
    def _heart(self) -> Path:
        return self.folder.path / _SERVERS / self._server

    def _beat(self) -> None:
        self._heart.parent.mkdir(parents=True, exist_ok=True)
        self._heart.touch()
