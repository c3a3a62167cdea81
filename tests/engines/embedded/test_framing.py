"""How lines take up the trainee's words."""

from __future__ import annotations

import pytest

from simcustomer.domain.transcript import Channel
from simcustomer.engines.embedded.framing import filled


@pytest.mark.parametrize(
    ("line", "time", "channel", "told"),
    [
        ("You say {time}.", "Saturday at ten", Channel.EMAIL, "You say Saturday at ten."),
        ("You say {time}.", "Tomorrow at ten", Channel.EMAIL, "You say tomorrow at ten."),
        ("{time}. I'll be sat here.", "tonight at eight", Channel.CHAT, "Tonight at eight. I'll be sat here."),
        ("{time} then", "tonight at eight", Channel.CHAT, "tonight at eight then"),
        ("{time} then", None, Channel.CHAT, None),
    ],
)
def test_a_slot_reads_as_the_line_does(line: str, time: str | None, channel: Channel, told: str | None) -> None:
    assert filled(line, {"time": time}, channel) == told
