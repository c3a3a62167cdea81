"""What the server keeps of open pages."""

from __future__ import annotations

import asyncio

import gradio as gr
import pytest

from simcustomer.ui.page_sessions import PageSessions


@pytest.fixture(scope="module")
def blocks() -> gr.Blocks:
    async def made() -> gr.Blocks:
        with gr.Blocks() as blocks:
            gr.Textbox("as it was")
        return blocks

    return asyncio.run(made())


def test_only_the_newest_pages_of_a_visitor_are_kept_and_none_of_anothers_goes(blocks: gr.Blocks) -> None:
    sessions = PageSessions(blocks, most=3)
    for name in ("ann.1", "bob.1", "ann.2", "ann.3", "ann.1", "ann.4"):
        _ = sessions[name]
    assert sorted(sessions.session_data) == ["ann.1", "ann.3", "ann.4", "bob.1"]
    assert sorted(sessions.time_last_used) == sorted(sessions.session_data)


def test_beyond_so_many_in_all_who_has_most_pages_loses_the_oldest(blocks: gr.Blocks) -> None:
    sessions = PageSessions(blocks, most=3, most_in_all=4)
    for name in ("bob.1", "ann.1", "ann.2", "ann.3", "cat.1", "dan.1"):
        _ = sessions[name]
    assert sorted(sessions.session_data) == ["ann.3", "bob.1", "cat.1", "dan.1"]
    for name in ("bob.1", "eve.1"):
        _ = sessions[name]
    assert sorted(sessions.session_data) == ["bob.1", "cat.1", "dan.1", "eve.1"]


def test_a_page_that_waits_for_an_answer_keeps_its_messages(blocks: gr.Blocks) -> None:
    sessions, queue = PageSessions(blocks, most=1), blocks._queue
    for name in ("ann.idle", "ann.waiting"):
        queue.pending_messages_per_session[name] = gr.queueing.AsyncQueue()
    queue.pending_event_ids_session |= {"ann.idle": set(), "ann.waiting": {"event"}}
    for name in ("ann.idle", "ann.waiting", "ann.newest"):
        _ = sessions[name]
    assert list(queue.pending_messages_per_session) == ["ann.waiting"]
    assert list(queue.pending_event_ids_session) == ["ann.waiting"]
    assert list(sessions.session_data) == ["ann.newest"]
