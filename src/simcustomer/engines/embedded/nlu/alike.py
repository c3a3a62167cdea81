"""What must not tell one reply from another when it is weighed: which day it is, whose name, how much, and whether it is he or she."""

from __future__ import annotations

import re

from simcustomer.engines.embedded.nlu.symbols import load_thesaurus

_DAYS = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day(?=s?\b)", re.IGNORECASE)
_TITLES = re.compile(r"\b(?:Mrs|Ms|Miss|mrs|ms)\b(?=\.? [A-Za-z])")
_PERSONS = re.compile(r"\b(?:she|her|hers|herself|his)\b", re.IGNORECASE)
_HE = {"she": "he", "her": "him", "hers": "him", "herself": "himself", "his": "him"}
"""\"Her\" may be "him" or "his"; so that all come out alike, so must those."""

_DIGIT = re.compile(r"\d")
_NAMES = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+\b|(?<=\bMr )[A-Z][\w-]+|(?<=\bMr\. )[A-Z][\w-]+")
"""Words with a capital within a sentence."""

_NAME = "Ann"


def alike(text: str) -> str:
    """The text with one day for all days, one digit, one name, one title, and one "he"."""
    text = _TITLES.sub("Mr", _DAYS.sub("Monday", text))
    text = _NAMES.sub(_named, _DIGIT.sub("1", text))
    return _PERSONS.sub(lambda m: _HE[m.group().lower()], text)


def _named(found: re.Match[str]) -> str:
    """A name for a name; a word that has a class, such as a month, is none."""
    return found.group() if load_thesaurus().classes(found.group().lower()) else _NAME
