"""What must not tell one reply from another when it is weighed: which day it is, and whether it is he or she."""

from __future__ import annotations

import re

_DAYS = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day(?=s?\b)", re.IGNORECASE)
_TITLES = re.compile(r"\b(?:Mrs|Ms|Miss|mrs|ms)\b(?=\.? [A-Za-z])")
_PERSONS = re.compile(r"\b(?:she|her|hers|herself|his)\b", re.IGNORECASE)
_HE = {"she": "he", "her": "him", "hers": "him", "herself": "himself", "his": "him"}
"""\"Her\" may be "him" or "his"; so that all come out alike, so must those."""


def alike(text: str) -> str:
    """The text with one day for all days, one title, and one "he"."""
    text = _TITLES.sub("Mr", _DAYS.sub("Monday", text))
    return _PERSONS.sub(lambda m: _HE[m.group().lower()], text)
