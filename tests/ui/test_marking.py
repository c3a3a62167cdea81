from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simcustomer.domain.footnotes import Footnote
from simcustomer.ui.marking import pieces


def note(number: int, quote: str, *, good: bool = True) -> Footnote:
    return Footnote(number, good, quote, ())


@given(
    st.text("ab ", max_size=30), st.lists(st.tuples(st.text("ab ", min_size=1, max_size=6), st.booleans()), max_size=6)
)
def test_the_pieces_are_the_reply(reply: str, quotes: list[tuple[str, bool]]) -> None:
    notes = [note(i, quote, good=good) for i, (quote, good) in enumerate(quotes, start=1)]
    cut = pieces(reply, notes)
    assert "".join(piece.text for piece in cut) == reply
    assert all(piece.text for piece in cut)
    found = [n for n in notes if n.quote in reply]
    assert sorted(n.number for piece in cut for n in piece.ends) == [n.number for n in found]
    for n in found:
        start = reply.find(n.quote)
        covered = [piece for at, piece in places(cut) if start <= at < start + len(n.quote)]
        assert "".join(piece.text for piece in covered) == n.quote
        assert all(piece.good if n.good else piece.bad for piece in covered)


def places(cut: tuple[object, ...]) -> list[tuple[int, object]]:
    found, at = [], 0
    for piece in cut:
        found.append((at, piece))
        at += len(piece.text)  # type: ignore[attr-defined]
    return found


def test_quotes_that_overlap_are_cut() -> None:
    cut = pieces("I am sorry, but no.", [note(1, "I am sorry"), note(2, "sorry, but", good=False)])
    assert [(p.text, p.good, p.bad, [n.number for n in p.ends]) for p in cut] == [
        ("I am ", True, False, []),
        ("sorry", True, True, [1]),
        (", but", False, True, [2]),
        (" no.", False, False, []),
    ]
