from __future__ import annotations

from simcustomer.domain.session import Session
from simcustomer.ui import coaching_views
from simcustomer.ui.rendering import Renderer


def test_a_session_without_coaching_has_no_comments(ended: Session, renderer: Renderer) -> None:
    assert coaching_views.comments(ended) == ()
    assert renderer.html("coaching", comments=()).strip() == ""


def test_each_reply_is_commented_on_the_newest_first(ended: Session, renderer: Renderer) -> None:
    coached = ended.model_copy(update={"coached": True})
    found = coaching_views.comments(coached)
    assert [comment.number for comment in found] == [3, 2, 1]
    first = found[-1]
    missed = {each.technique: each.how for each in first.missed}
    composure, recovery = (ended.rubric.technique(name) for name in ("composure", "recovery"))
    assert missed[composure.name] == composure.missteps["defensive"]
    assert recovery.name in missed or recovery.name in first.met + first.started
    assert found[1].ungraded == "the grader was <told> not to"
    page = renderer.html("coaching", comments=found)
    assert "Reply 3" in page
    assert "&lt;told&gt;" in page
    assert page.index("Reply 3") < page.index("Earlier replies") < page.index("Reply 1")
