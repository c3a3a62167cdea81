"""An order as a measurement: the engine's grader, the rubric, the data and the baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from simcustomer import wiring
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.agreement_table import Given
from simcustomer.evaluation.golden import RatedReply, read_rated
from simcustomer.evaluation.measure import Measurement, no_baselines
from simcustomer.evaluation.step import Listener, Step
from simcustomer.evaluation.suite_names import SUITES
from simcustomer.lab.order import Order


def measurement(order: Order, models: wiring.Models, step: Listener) -> Measurement:
    """What an order asks to measure. Raises InvalidInput, SettingsError and ContentError."""
    if order.evals is None:
        raise InvalidInput("There is no evals folder to measure with. Name it with SIMCUSTOMER_EVALS_DIR.")
    rubric = wiring.library(models.settings).rubric(order.rubric)
    suites = order.suites or SUITES
    taught = order.baselines and "agreement" in suites
    return Measurement(
        engine=order.engine,
        make=partial(wiring.grader, order.engine, models),
        rubric=rubric,
        evals=order.evals,
        split=order.split,
        suites=suites,
        baselines=_baselines(order.evals, rubric, step) if taught else no_baselines,
        step=step,
    )


def _baselines(evals: Path, rubric: Rubric, step: Listener) -> Callable[[Sequence[RatedReply]], Mapping[str, Given]]:
    """Baselines taught on what the embedded grader learns from. Raises SettingsError without scikit-learn."""
    # Whoever leaves the baselines out need not have what they are made of.
    from simcustomer.evaluation.baselines import baseline_levels, taught  # noqa: PLC0415
    from simcustomer.evaluation.training import read_written  # noqa: PLC0415  # as above

    def levels(replies: Sequence[RatedReply]) -> Mapping[str, Given]:
        asked = {reply.conversation for reply in replies}
        # What is asked must not have been taught, whichever split it is.
        # An evals folder of one's own need not hold what the shipped grader was trained on.
        whole = evals / "training" / "rated"
        rated = (*read_rated(evals / "golden", "development"), *(read_rated(whole) if whole.is_dir() else ()))
        golden = [reply for reply in rated if reply.conversation not in asked]
        lessons = taught(golden, read_written(evals / "training"))
        return baseline_levels(lessons, replies, rubric, lambda note: step(Step("agreement", note=note)))

    return levels
