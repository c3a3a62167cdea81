"""What must not tell one reply from another when it is weighed: who is named, which number or day, and whether it is he or she."""

from __future__ import annotations

import re

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december)"
    r"(?=[ ,.]\d|[.,;!?]|$)|(?<=\d )(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_NUMBER = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
)
_DAYS = re.compile(rf"\b{_DAY}(?=s?\b)", re.IGNORECASE)
_MONTHS = re.compile(rf"\b(?:{_MONTH})\b", re.IGNORECASE)
_NUMBERS = re.compile(rf"\b(?:{_NUMBER})\b(?!-)|\d+", re.IGNORECASE)
_NAMES = re.compile(
    r"(?P<before>[a-z0-9,;:'\"&)] |\b(?:Mr|Mrs|Ms|Dr|Miss|Sir)\.? )(?!(?:Mr|Mrs|Ms|Dr|Miss|Sir|I)\b|Monday|January)"
    r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+)*"
)
_TITLES = re.compile(r"\b(?:Mrs|Ms|Miss|mrs|ms)\b")
_PERSONS = re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)
_HE = {"she": "he", "her": "him", "hers": "his", "herself": "himself"}
_HIS = re.compile(r"\bhis\b", re.IGNORECASE)


def alike(text: str) -> str:
    """The text with one name for all names, one number, one day and one month, and one "he"."""
    text = _NUMBERS.sub("3", _MONTHS.sub("January", _DAYS.sub("Monday", text)))
    text = _NAMES.sub(lambda m: m["before"] + "Robin", text)
    text = _PERSONS.sub(lambda m: _HE[m.group().lower()], _TITLES.sub("Mr", text))
    # "Her" may be "him" or "his"; so that both come out alike, so must those.
    return _HIS.sub("him", text)
