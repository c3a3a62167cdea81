"""What the server keeps of open pages: of the newest of each visitor only, and of so many in all.

Gradio's own keeps something of every page that ever sent an event until there are ten thousand of them, and the messages of
two thousand, whoever they are of: a visitor who opened pages without end took memory, and pushed out what others waited for.
A page is some 70 kB, and a hundred trainees open more than four thousand in an hour.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from datetime import datetime

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder

MOST_PAGES = 100
"""Pages of one visitor that are known at once; of an older one only what it was offered to choose from is forgotten."""


MOST_IN_ALL = 1_000
"""Pages that are known at once, whoever they are of; beyond that, who has most of them loses the one not used for longest."""


class PageSessions(StateHolder):
    """The sessions of the open pages by name, which begins with the visitor's id and a full stop."""

    def __init__(self, blocks: gr.Blocks, most: int = MOST_PAGES, most_in_all: int = MOST_IN_ALL) -> None:
        super().__init__()
        self.most = most
        self.most_in_all = most_in_all
        self._by_visitor: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)
        self.set_blocks(blocks)

    def __getitem__(self, session_id: str) -> SessionState:
        """The session of that name, a new one where there is none."""
        with self.lock:
            if session_id not in self.session_data:
                self.session_data[session_id] = SessionState(self.blocks)
            self.time_last_used[session_id] = datetime.now()
            visitor = session_id.partition(".")[0]
            mine = self._by_visitor[visitor]
            mine[session_id] = None
            mine.move_to_end(session_id)
            if len(mine) > self.most:
                self._forget_oldest(visitor)
            if len(self.session_data) > self.most_in_all:
                self._forget_oldest(min(self._by_visitor, key=self._spared_before))
            return self.session_data[session_id]

    def _spared_before(self, visitor: str) -> tuple[int, datetime]:
        """Sorts who has fewer pages behind who has more, and of those alike who used theirs later."""
        held = self._by_visitor[visitor]
        return -len(held), self.time_last_used[next(iter(held))]

    def _forget_oldest(self, visitor: str) -> None:
        held = self._by_visitor[visitor]
        session_id, _ = held.popitem(last=False)
        if not held:
            del self._by_visitor[visitor]
        self.session_data.pop(session_id, None)
        self.time_last_used.pop(session_id, None)
        queue = self.blocks._queue  # pyright: ignore[reportPrivateUsage]  # as there is no other
        if not queue.pending_event_ids_session.get(session_id):  # else an answer of it is still under way
            queue.pending_event_ids_session.pop(session_id, None)
            queue.pending_messages_per_session.pop(session_id, None)


def keep_little(blocks: gr.Blocks, app: FastAPI) -> None:
    """Let the app in which these Blocks were mounted keep its pages' sessions so, and be the one that they know."""
    (inner,) = (mounted for route in app.routes if isinstance(mounted := getattr(route, "app", None), App))
    inner.state_holder = PageSessions(blocks)
    blocks.app = inner
