"""What of a reply is markup, a note or a label rather than words to the customer.

Most replies hold none of it. Beside each pattern stands a sign of it, and a pattern is tried only where a sign of its own stands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from simcustomer.engines.embedded.nlu.text import Span, Text


class Markup(NamedTuple):
    """A pattern, and the signs of which a text must hold one to be matched by it; without any, it is always tried."""

    signs: tuple[str, ...]
    pattern: str


_CHOICES_KEPT = 512
"""Choices of patterns that are kept compiled: replies hold few different sets of signs."""

_SIGN = r"[!-/:-@\[-`{-~\u00a7-\u00b7\u2020-\u203b\u2190-\u25ff\u2605\u2606\u2610-\u2612\u2713-\u2718]"
_TICK = r"[\u2610-\u2612\u2713-\u2718]"
_LAYOUT = "p|div|span|b|i|u|em|strong|big|small|font|body|html|ul|ol|li"
"""Elements of HTML that lay out what is said."""

_SPEAKERS = "customer|supervisor|visitor|agent|manager|client|caller|guest|from"
_LABELS = (
    r"grades?|result|inner voice|scratchpad|visitor|customer|trainee|assistant|system|user|agent|ai"
    r"|supervisor|manager|assessor|grader|examiner|thought process"
    r"|thinking|thoughts|reasoning|analysis|keywords?|note to (?:the )?\w+|instructions?|rubric|score|verdict|evaluation|rating"
    r"|output"
)

MARKUP = (
    # Backticks are plain quotes by now.
    # XML, HTML and templates.
    Markup(("<!--",), r"<!--.*?(?:-->|\Z)"),
    Markup(("<|",), r"<\|[^|>]{1,40}\|>[^\n]*"),
    Markup(("<![",), r"<!\[\w+\["),
    Markup(("]]>",), r"\]\]>"),
    Markup(("</",), rf"<(?!(?:{_LAYOUT})\b)(?P<tag>[a-z_]\w*)\b[^<>]{{0,200}}>.{{0,2000}}?</(?P=tag)>"),
    Markup(("<",), r"</?[a-z_]\w*[^<>]{0,200}>"),
    # Fences and brackets.
    Markup(("'''",), r"'''.*?(?:'''|\Z)"),
    Markup(("{",), r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}"),
    Markup(("[/",), r"\[(?P<note>\w{3,30})\].{0,2000}?\[/(?P=note)\]"),
    Markup(("[",), r"^[ \t]*\[[^\s\[\]]+(?: [^\s\[\]]+)?\][^\n]*"),  # a speaker with what they say
    Markup(("[",), r"\[[^\[\]\n]{0,400}\](?: ?:[^\n]*)?"),
    Markup(("<<",), r"(?:\b[^.!?\n<]{0,60}: ?)?<<.{0,400}?>>"),
    # Encoded text.
    Markup((), r"(?<!\S)(?=\S*\d)(?=\S*[a-z])[a-z\d+/]{24,}={0,2}(?!\S)"),
    Markup(("%",), r"(?:%[\da-f]{2}){4,}"),
    # Keywords between strokes, ticked off, or hyphenated.
    Markup(("/",), r"(?<!\S)[a-z-]{3,}(?:/[a-z-]{3,}){4,}(?!\S)"),
    Markup((), rf"(?<!\S){_TICK} ?[\w-]+(?:\s+{_TICK} ?[\w-]+){{2,}}"),
    Markup(("-",), r"(?<!\S)[a-z]+-[a-z]+(?:\s+[a-z]+-[a-z]+){3,}(?!\S)"),
    Markup(("&",), r"[^\s&]*(?:&#?\w{1,8};\S*){2,}"),
    # Signs without words, but for a face of signs.
    Markup((), rf"\A\s*(?:{_SIGN}+\s+)+(?=\w)"),
    Markup((), rf"(?<=\s)(?:(?![:;=8]-?[()dp/|\\](?:\s|\Z)){_SIGN}+(?:\s+|\Z))+\Z"),
    # What an older mail said; tables, rows of values, headings.
    Markup(("-",), r"^[ \t]*-{3,} ?(?:original|forwarded)\b.*\Z"),
    Markup(("|",), r"^[ \t]*\|[^\n]*\|[ \t]*$"),
    Markup(("**",), r"^[ \t]*(?:\*\*[^*\n]+\*\*[\W_]*){1,9}$"),
    Markup(("//",), r"(?<![:\w])//[^\n]*"),
    Markup(("~",), r"~(?=\S)[^~\n]{5,200}(?<=\S)~"),
    Markup(
        (",", ";", "|", "\t"),
        r"(?:^|(?<=[.!?] ))(?:[^,;|\t\n.!?]{1,40}(?:[,;|\t](?=\S)[^,;|\t\n]{0,60}){2,}(?:\n|\Z)){2,}",
    ),
    Markup((":",), r"^[ \t]*subject ?:[^\n]*"),
    Markup((":",), r"^[ \t]*[\w_ ]{2,40} ?: ?(?:[0-3]|true|false|null)[ \t]*$"),
    Markup(("(",), r"\((?:in|with) an? [^()\n]{3,80}\)"),
    Markup(('"',), r'"[^"\n]{10,400}"(?= *(?:-|,? says?\b))'),  # a saying with its source
    Markup((">",), r"^[ \t]*>[^\n]*"),
    Markup(("#",), r"^[ \t]*#{1,6}[ \t][^\n]*"),
    Markup(("*",), r"(?<!\*)\*(?!\*)[^*\n]{3,200}(?<!\*)\*(?!\*)"),  # a stage direction
    # Who speaks, and labels.
    Markup(("(",), rf"^[ \t]*(?:{_SPEAKERS}) ?\([^()\n]{{1,20}}\) ?:[^\n]*"),
    Markup((":",), rf"(?<![\w'])(?:{_LABELS}) ?:[^\n]*"),
)
"""In order: where two match at a place, the first goes."""


def markup_in(text: Text) -> list[Span]:
    """The stretches of `text.even` that are markup, in order, none within another."""
    tried = tuple([m.pattern for m in MARKUP if not m.signs or any(map(text.even.__contains__, m.signs))])
    return [Span(*found.span()) for found in _any_of(tried).finditer(text.even)]


@lru_cache(maxsize=_CHOICES_KEPT)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE | re.DOTALL)
