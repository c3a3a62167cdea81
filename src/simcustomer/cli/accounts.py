"""`simcustomer users`: who may sign in, as what, and who did."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.cli.options import AsJson
from simcustomer.errors import InvalidInput

if TYPE_CHECKING:
    from simcustomer.accounts import Accounts
    from simcustomer.domain.accounts import Account, Role
    from simcustomer.lab.runs import RunFolder

app = typer.Typer(help="Manage who may sign in to the web app, and as what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the account.", metavar="NAME")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether that is meant.")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Name to sign in with; it is shown to others.", metavar="NAME")],
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="trainee, author, engineer or manager; again for more.", show_default="trainee"),
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="Email address.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Team that they belong to.")] = None,
    password_stdin: FromStdin = False,
) -> None:
    """Add an account. With the first one, the web app asks everyone to sign in."""
    roles = _roles(role or ["trainee"])
    with _accounts() as accounts:
        is_first = not accounts.all()
        made = accounts.add(name, password=_password(password_stdin), roles=roles, email=email, team=team)
    typer.echo(f"Added {_line(made)}")
    if is_first:
        typer.echo(
            "This is the first account: from its next start, `simcustomer serve` asks everyone to sign in.\n"
            f"Sessions of before are kept; `simcustomer users adopt-local {_quoted(made.name)}` gives them to this account."
        )


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """List all accounts, by name."""
    with _accounts() as accounts:
        found = accounts.all()
    if as_json:
        kept = [account.model_dump(mode="json") | {"roles": sorted(account.roles)} for account in found]
        typer.echo(json.dumps({"users": kept}, ensure_ascii=False))
    elif not found:
        typer.echo(
            "There are no accounts. The web app serves this machine only, without sign-in; `users add` makes one."
        )
    for account in () if as_json else found:
        typer.echo(_line(account))


@app.command("roles")
def roles(
    name: Name,
    role: Annotated[list[str], typer.Argument(help="All roles of the account from now on.", metavar="ROLE...")],
) -> None:
    """Give an account these roles and no others; it takes effect at once."""
    with _accounts() as accounts:
        typer.echo(f"Now {_line(accounts.set_roles(name, _roles(role)))}")


@app.command("team")
def team(
    name: Name, team: Annotated[str | None, typer.Argument(help="Team; none takes the account out of its team.")] = None
) -> None:
    """Put an account into a team."""
    with _accounts() as accounts:
        typer.echo(f"Now {_line(accounts.set_team(name, team))}")


@app.command("password")
def password(name: Name, password_stdin: FromStdin = False) -> None:
    """Give an account another password, and sign its owner out everywhere."""
    with _accounts() as accounts:
        found = accounts.get(name)
        accounts.set_password(found.name, _password(password_stdin))
    typer.echo(f"{found.name} has another password and must sign in anew.")


@app.command("disable")
def disable(name: Name) -> None:
    """Let nobody sign in to an account, and sign its owner out at once; its sessions are kept."""
    with _accounts() as accounts:
        typer.echo(f"Disabled {_line(accounts.disable(name))}")


@app.command("enable")
def enable(name: Name) -> None:
    """Let the owner of a disabled account sign in again."""
    with _accounts() as accounts:
        typer.echo(f"Enabled {_line(accounts.enable(name))}")


@app.command("remove")
def remove(name: Name, yes: Yes = False) -> None:
    """Erase an account with all that its owner wrote and did, out of the files too; this cannot be undone."""
    with _accounts() as accounts:
        account = accounts.get(name)
        count = accounts.sessions(account)
        what = f"{account.name} and {count} {'session' if count == 1 else 'sessions'}"
        if not yes:
            if not sys.stdin.isatty():
                raise InvalidInput(f"This removes {what} for good. Say --yes if that is meant.")
            typer.confirm(f"Remove {what} for good?", abort=True)
        runs = _lab_runs().forget(account.name)
        accounts.remove(account)
    typer.echo(f"Removed {what}{f', and {runs} of the gradings in the lab' if runs else ''}.")


@app.command("adopt-local")
def adopt_local(name: Name) -> None:
    """Give the sessions that were made without accounts on this machine to an account."""
    with _accounts() as accounts:
        count = accounts.adopt_local(name)
    typer.echo(f"{count} {'session now belongs' if count == 1 else 'sessions now belong'} to {name}.")


@app.command("audit")
def audit(
    most: Annotated[int, typer.Option("--most", help="How many entries.", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who signed in or tried to, and what was changed about accounts, newest first."""
    with _accounts() as accounts:
        entries = accounts.audited(most)
        names = {account.id: account.name for account in accounts.all()}
    if as_json:
        typer.echo(json.dumps({"audit": [entry.model_dump(mode="json") for entry in entries]}, ensure_ascii=False))
        return
    for entry in entries:
        who, about = (names.get(id_, id_) or "-" for id_ in (entry.who, entry.about))
        about = "" if entry.who == entry.about else f" {about}"
        detail = f" ({entry.detail})" if entry.detail else ""
        typer.echo(f"{entry.at:%Y-%m-%d %H:%M:%S} {who}: {entry.what.value}{about}{detail}")


@contextmanager
def _accounts() -> Generator[Accounts]:
    from simcustomer import wiring
    from simcustomer.settings import load_settings
    from simcustomer.store import open_store

    store = open_store(load_settings().database_url)
    try:
        yield wiring.accounts(store)
    finally:
        store.close()


def _lab_runs() -> RunFolder:
    from simcustomer.lab.runs import RunFolder
    from simcustomer.settings import load_settings

    return RunFolder(load_settings().lab_dir)


def _roles(names: list[str]) -> list[Role]:
    from simcustomer.domain.accounts import Role

    unknown = [name for name in names if name not in list(Role)]
    if unknown:
        raise InvalidInput(f"There is no role {unknown[0]!r}. Choose from: {', '.join(Role)}.")
    return [Role(name) for name in names]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput(
            "A password can be asked for in a terminal only. Elsewhere, say --password-stdin and pipe it in."
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _line(account: Account) -> str:
    parts = [account.name, ", ".join(sorted(account.roles))]
    parts += [f"team {account.team}"] if account.team else []
    parts += [account.email] if account.email else []
    parts += ["disabled"] if account.disabled else []
    return "; ".join(parts)


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)
