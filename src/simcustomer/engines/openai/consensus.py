"""Several gradings of one reply as one: what most of them found, and how far they agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from simcustomer.domain.assessment import Evidence, Finding

Sign = tuple[str | None, str | None]


def consensus(samples: Sequence[Finding]) -> Finding:
    """One technique's findings by majority of the samples; a tie is a no.

    The agreement is the mean share of samples that say of a sign, or of the occasion, what the majority says, over all
    that any sample found.
    """
    votes = Counter(sign for sample in samples for sign in _signs(sample))
    occasions = sum(sample.occasion for sample in samples)
    kept = {sign for sign, count in votes.items() if 2 * count > len(samples)}
    evidence: dict[Sign, Evidence] = {}
    for sample in samples:
        for found in sample.evidence:
            if (found.indicator, found.misstep) in kept:
                evidence.setdefault((found.indicator, found.misstep), found)
    missing = {name for sample in samples for name in sample.missing if (None, name) in kept} - {
        misstep for _, misstep in evidence
    }
    shares = [max(count, len(samples) - count) / len(samples) for count in (*votes.values(), occasions)]
    return Finding(
        technique=samples[0].technique,
        occasion=2 * occasions > len(samples),
        evidence=tuple(evidence.values()),
        missing=tuple(sorted(missing)),
        agreement=round(sum(shares) / len(shares), 3) if len(samples) > 1 else None,
    )


def _signs(sample: Finding) -> set[Sign]:
    return {(e.indicator, e.misstep) for e in sample.evidence} | {(None, name) for name in sample.missing}
