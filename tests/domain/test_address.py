from __future__ import annotations

import pytest

from simcustomer.domain.address import spoken_name
from simcustomer.library import Library


@pytest.mark.parametrize(
    ("name", "said", "spoken"),
    [
        ("Dean Ackroyd", (), "Dean"),
        ("Mr Ben Okafor", (), "Mr Okafor"),
        ("Frances Keogh", ("Will you tell me about the chair, Ms Keogh?",), "Ms Keogh"),
        (
            "Jean Thirkell",
            ("Mr Thirkell's letters stop.", "I'm here, Mrs Thirkell.", "Mrs Thirkell, yes."),
            "Mrs Thirkell",
        ),
        ("Priya", (), "Priya"),
    ],
)
def test_a_customer_is_spoken_to_as_a_person_would(name: str, said: tuple[str, ...], spoken: str) -> None:
    assert spoken_name(name, said) == spoken


def test_personas_are_spoken_to_as_their_own_examples_do(library: Library) -> None:
    assert library.persona("it-is-only-a-chair").spoken_name == "Ms Keogh"
    assert library.persona("no-heat-third-visit").spoken_name == "Dean"
