"""Typing faults mended, where only one known word can have been meant."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from spellchecker import SpellChecker

from simcustomer.engines.embedded.nlu.lexicon import load_lexicon
from simcustomer.engines.embedded.nlu.symbols import load_thesaurus

_SHORTEST = 5
"""Letters of the shortest word that is mended: a shorter one is near to too many others."""

_BRITISH = (
    (re.compile(r"our(?=s|ed|ing|ful|ite|able|$)"), "or"),
    (re.compile(r"is(?=e[sdr]?$|ing$|ation)"), "iz"),
    (re.compile(r"ys(?=e[sdr]?$|ing$)"), "yz"),
    (re.compile(r"tre(?=s?$)"), "ter"),
    (re.compile(r"ll(?=ed$|ing$|er$)"), "l"),
    (re.compile(r"que(?=s?$)"), "ck"),
    (re.compile(r"ae|oe"), "e"),
)
"""British spellings as American ones, which the dictionary has."""


@lru_cache(maxsize=20_000)
def mended(word: str) -> str | None:
    """What a lower-case word of letters stands for; None where it is right, or nobody can tell.

    Only words of the grader's own vocabulary are put in, one slip of a letter away and in the dictionary.
    """
    if len(word) < _SHORTEST or not word.isascii() or not word.isalpha() or is_known(word):
        return None
    likely = [near for near in _dictionary().edit_distance_1(word) if near in _dictionary() and _is_ours(near)]
    if not likely:
        return None
    best = sorted(likely, key=lambda near: (-_dictionary().word_usage_frequency(near), near))
    return best[0]


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


@cache
def _small() -> frozenset[str]:
    return load_lexicon("stop").stop


def _is_ours(word: str) -> bool:
    return word in _small() or bool(load_thesaurus().classes(word))


def is_known(word: str) -> bool:
    """Whether a lower-case word is in the dictionary, the thesaurus or the lexicon, in British spelling or American."""
    if word in load_thesaurus().words or word in _small() or word in _dictionary():
        return True
    return any(form.sub(other, word) in _dictionary() for form, other in _BRITISH if form.search(word))
