"""What the embedded grader looks for, technique by technique: each detector turns a moment into a finding."""

from collections.abc import Callable

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.conduct import (
    boundaries,
    channel_craft,
    common_ground,
    composure,
    positive_language,
)
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.detectors.regard import active_listening, discovery, empathy
from simcustomer.engines.embedded.detectors.repair import closing, escalation, recovery
from simcustomer.engines.embedded.detectors.signals import signals
from simcustomer.engines.embedded.detectors.steps import expectations, ownership, problem_solving

__all__ = ["DETECTORS", "Detector", "Moment", "signals"]

Detector = Callable[[Moment, Technique], Finding]

DETECTORS: dict[str, Detector] = {
    "empathy": empathy,
    "active_listening": active_listening,
    "discovery": discovery,
    "composure": composure,
    "positive_language": positive_language,
    "problem_solving": problem_solving,
    "common_ground": common_ground,
    "expectations": expectations,
    "ownership": ownership,
    "boundaries": boundaries,
    "recovery": recovery,
    "escalation": escalation,
    "closing": closing,
    "channel_craft": channel_craft,
}
