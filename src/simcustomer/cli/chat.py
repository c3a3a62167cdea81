"""`simcustomer chat`: a practice in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.cli.options import CustomerEngine, Engine, GraderEngine, Record, Replay, RubricId
from simcustomer.errors import EngineError, InvalidInput, InvalidReply, LimitReached, StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from simcustomer.domain.session import Origin, Session
    from simcustomer.practice import Practice

OWNER = "local"
_HELP = "Write what you would say and press Enter. /brief shows the brief again, /end ends the conversation, /quit leaves it open."
_AGAIN = (
    "Your last reply is kept. Press Enter to try again, or write /quit to go on later, /end to end the conversation."
)

_SEND_AGAIN = "Your last reply was not kept. Write it again when the database answers, or /quit to go on later."


def chat(
    persona: Annotated[str | None, typer.Argument(help="Id of the persona; see `simcustomer personas list`.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="Go on with a session that was left open.")] = None,
    rewind: Annotated[
        str | None,
        typer.Option(
            "--rewind",
            metavar="SESSION:REPLY",
            help="Try a session again from before this reply (from 1), as a new one.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Makes the customer's choice of words repeatable.", min=0, max=2**31 - 1)
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Debrief reply by reply as well.")] = False,
    engine: Engine = "embedded",
    customer_engine: CustomerEngine = None,
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
) -> None:
    """Practise in the terminal, with a debrief at the end."""
    import asyncio

    from simcustomer import wiring
    from simcustomer.cli.usage import say_usage
    from simcustomer.settings import load_settings
    from simcustomer.store import open_store

    given = sum(choice is not None for choice in (persona, session, rewind))
    if given > 1:
        raise InvalidInput("Name one: a persona to begin with, a session to go on with, or one to rewind.")
    if given == 0:
        raise InvalidInput(
            "Name a persona to practise with (see `simcustomer personas list`), or a session with --session or --rewind."
        )
    fork = _fork(rewind) if rewind is not None else None
    settings = load_settings()
    library = wiring.published(settings)
    chosen = library.persona(persona) if persona is not None else None
    models = wiring.Models(settings, record=record, replay=replay)
    players = wiring.cast(customer_engine or engine, grader_engine or engine, engine, models=models)
    store = open_store(settings.database_url)
    try:
        practice = wiring.practice(store, players, longest_reply=settings.longest_reply, limits=settings.limits)
        if chosen is not None:
            opened = practice.start(chosen, library.rubric(rubric or settings.rubric), owner=OWNER, seed=seed)
        elif fork is not None:
            opened = asyncio.run(practice.rewind(fork.session, fork.reply, owner=OWNER))
        else:
            opened = practice.open(str(session), owner=OWNER)
        asyncio.run(_converse(practice, opened, full=full))
    finally:
        store.close()
        say_usage(models.totals())


def _fork(text: str) -> Origin:
    """The session and reply that `--rewind` names. Raises InvalidInput."""
    from simcustomer.domain.session import Origin

    session, _, reply = text.rpartition(":")
    if not session or not reply.isdecimal() or int(reply) < 1:
        raise InvalidInput(f"--rewind takes a session and the number of a reply in it, as SESSION:3, not {text!r}.")
    return Origin(session=session, reply=int(reply))


async def _converse(practice: Practice, session: Session, *, full: bool) -> None:
    from simcustomer.cli.briefing import briefing
    from simcustomer.cli.display import console

    screen = console()
    screen.print(briefing(session.persona))
    screen.print(_HELP, style="dim")
    screen.print(f"Session {session.id}", style="dim", markup=False)
    screen.print()
    for turn in session.transcript.turns:
        _say(screen, session.persona.name if turn.role == "customer" else "You", turn.text)
    if session.pending is not None:
        session = await _hear(practice, session, None, screen)
    while session.outcome is None:
        reply = _read(screen)
        if reply is None or reply.strip() == "/end":
            session = await practice.finish(session.id, owner=OWNER)
        elif reply.strip() == "/quit":
            screen.print(f"Left open. Go on with: simcustomer chat --session {session.id}", markup=False)
            return
        elif session.pending is not None and not reply.strip():
            session = await _hear(practice, session, None, screen)
        elif reply.strip() == "/brief":
            screen.print(briefing(session.persona))
        elif session.pending is not None:
            screen.print(_AGAIN, style="dim")
        elif reply.startswith("/"):
            screen.print(_HELP, style="dim")
        else:
            session = await _hear(practice, session, reply, screen)
    screen.print()
    _print_debrief(session, screen, full=full)


def _print_debrief(session: Session, screen: Console, *, full: bool) -> None:
    from simcustomer.cli.debriefing import debriefing

    screen.print(debriefing(session, full=full))
    if session.debrief is None:
        return
    if not full:
        screen.print(f"\nReply by reply: simcustomer chat --session {session.id} --full", style="dim", markup=False)
    screen.print(f"Try a reply again: simcustomer chat --rewind {session.id}:1", style="dim", markup=False)


async def _hear(practice: Practice, session: Session, reply: str | None, screen: Console) -> Session:
    """Send a reply (None: one that was stored before) and print the answer as it comes; the session after it."""
    from simcustomer.practice import Settled

    if reply is None:
        events = practice.resume(session.id, owner=OWNER)
    else:
        events = practice.respond(session.id, reply, owner=OWNER, number=len(session.exchanges) + 1)
    started = False
    try:
        async for event in events:
            if isinstance(event, Settled):
                session = event.session
            else:
                if not started:
                    screen.print(f"{session.persona.name}: ", style="bold", end="", markup=False)
                    started = True
                screen.print(event.text, end="", markup=False, soft_wrap=True)
    except (InvalidReply, LimitReached) as error:
        screen.print(str(error), style="yellow", markup=False)
        return session
    except (EngineError, StoreError) as error:
        screen.print(str(error), style="yellow", markup=False)
        session = _as_it_stands(practice, session)
        screen.print(_AGAIN if session.pending is not None else _SEND_AGAIN, style="dim")
        return session
    screen.print("\n" if started else "")
    return session


def _as_it_stands(practice: Practice, session: Session) -> Session:
    """The session as it is stored; as it was known where the store cannot say."""
    try:
        return practice.open(session.id, owner=OWNER)
    except StoreError:
        return session


def _say(screen: Console, who: str, text: str) -> None:
    screen.print(f"{who}: ", style="bold", end="", markup=False)
    screen.print(text, markup=False, soft_wrap=True)
    screen.print()


def _read(screen: Console) -> str | None:
    """A line of the trainee's; None at the end of input."""
    if sys.stdin.isatty():
        screen.print("You: ", style="bold", end="")
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
