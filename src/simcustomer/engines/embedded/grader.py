"""The embedded grader: finds evidence by rule in the reply and its conversation, with no model and no network."""

from __future__ import annotations

from functools import cached_property, lru_cache, partial

from simcustomer.domain.assessment import Assessment, Finding, Grade, Ungraded
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.calibration import Calibration, Estimate, Observed, load_calibration
from simcustomer.engines.embedded.detectors import DETECTORS, Moment
from simcustomer.engines.embedded.detectors import signals as signals_of
from simcustomer.engines.embedded.detectors.idle import busy, parts
from simcustomer.engines.embedded.detectors.moment import read_plainly
from simcustomer.engines.embedded.idle_model import load_idle_model
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.nlu.alike import alike
from simcustomer.roles import GradingCase

LEXICON = ("grading", "stop", "unsaid")
"""The files of cues that it reads."""

KEPT = 128
"""Readings of earlier messages that are kept."""


class EmbeddedGrader:
    """Grades by detectors over a lexicon; the same case always gets the same grade."""

    def __init__(self) -> None:
        lexicon = load_lexicon(*LEXICON)
        self._lexicon = lexicon
        # The replies of one conversation are graded one after another, and each looks back at the same messages.
        self._read = lru_cache(maxsize=KEPT)(partial(read_plainly, lexicon=lexicon))

    @cached_property
    def calibration(self) -> Calibration:
        """What weighs the signals; loaded when the first reply is graded, so that training can do without."""
        return load_calibration()

    @property
    def name(self) -> str:
        """Engine and version, for provenance."""
        return "embedded-grader/4"

    async def grade(self, case: GradingCase) -> Grade:
        """The assessment of the case's last turn; Ungraded where the rubric or the case gives nothing to go by."""
        turns = case.transcript.turns
        if not turns or turns[-1].role is not Speaker.TRAINEE:
            return Ungraded(reason="the conversation does not end with a trainee's reply")
        if not any(technique.id in DETECTORS for technique in case.rubric.techniques):
            known = ", ".join(DETECTORS)
            return Ungraded(reason=f"the embedded grader knows none of this rubric's techniques; it knows {known}")
        return Assessment.of(case.rubric, case.reply, self.findings(case))

    def findings(self, case: GradingCase) -> tuple[Finding, ...]:
        """What the last turn shows of every technique; one that has no detector has no occasion."""
        moment = self._busy(case, self.calibration)
        if not moment.says_nothing:
            moment.estimates = self._estimates(moment)
        return tuple(
            DETECTORS[technique.id](moment, technique)
            if technique.id in DETECTORS
            else Finding(technique=technique.id, occasion=False)
            for technique in case.rubric.techniques
        )

    def observed(self, case: GradingCase) -> Observed:
        """What the calibration weighs of the last turn; none of it depends on the rubric."""
        return _observed(self._busy(case))

    def whole(self, case: GradingCase) -> Moment:
        """The case's last turn with all that is said in it, idle or not."""
        return Moment(case, self._lexicon, read=self._read)

    def _busy(self, case: GradingCase, calibration: Calibration | None = None) -> Moment:
        return busy(Moment(case, self._lexicon, read=self._read, calibration=calibration), load_idle_model())

    def _estimates(self, moment: Moment) -> dict[str, Estimate]:
        """How strong the reply is: as its weakest part, so that no idle sentence raises it."""
        weighed = [self.calibration.estimates(_observed(part)) for part in parts(moment)]
        if len(weighed) == 1:
            return weighed[0]
        return {
            name: Estimate(min(each[name].level for each in weighed), all(each[name].occasion for each in weighed))
            for name in weighed[0]
        }


def _observed(moment: Moment) -> Observed:
    return Observed(signals_of(moment), alike(moment.own_words), alike(moment.customer.text.even))
