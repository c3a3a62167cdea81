from __future__ import annotations

from simcustomer.studio.comparing import Part, difference


def test_equal_texts_have_no_difference() -> None:
    found = difference("a\nb\n", "a\nb\n")
    assert (found.added, found.removed) == (0, 0)


def test_lines_are_marked_and_their_words_compared() -> None:
    found = difference("id: x\ntitle: No heat at all\n", "id: x\ntitle: No water at all\nnew: 1\n")
    assert (found.added, found.removed) == (2, 1)
    removed = next(line for line in found.lines if line.mark == "removed")
    assert Part("heat", True) in removed.parts
    assert "".join(part.text for part in removed.parts) == "title: No heat at all"


def test_long_equal_stretches_are_folded() -> None:
    old = "\n".join(str(n) for n in range(40))
    found = difference(old, old.replace("20", "twenty"))
    assert [line.hidden for line in found.lines if line.mark == "skipped"] == [17, 16]
