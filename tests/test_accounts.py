"""Accounts and signing in, on both databases, without the web app."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from simcustomer.accounts import Accounts
from simcustomer.domain.accounts import LOCAL, Account, Role
from simcustomer.domain.audit import COMMAND, Audited
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import EditConflict, InvalidInput, NotFound, SignInFailed, TooManyTries
from simcustomer.passwords import Passwords
from simcustomer.signing_in import MOST_BY_ADDRESS, MOST_BY_NAME, WINDOW, Doorkeeper, Lifetimes
from simcustomer.store import AccountStore, AuditLog, Errand, LoginStore, Store, open_store
from simcustomer.store.account_tables import accounts as account_table
from simcustomer.store.account_tables import errands, logins
from simcustomer.store.tables import exchanges
from tests.conftest import postgres_url
from tests.test_store import new_session

PASSWORD = "a bench under the old lime tree"  # noqa: S105
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    store: Store
    accounts: Accounts
    keeper: Doorkeeper
    clock: Clock

    def add(self, name: str = "", **more: object) -> Account:
        return self.accounts.add(name or f"n{uuid4().hex[:12]}", **{"password": PASSWORD, **more})  # type: ignore[arg-type]


def _house(store: Store, hasher: PasswordHasher = QUICK) -> House:
    kept, log, passwords, clock = AccountStore(store.engine), AuditLog(store.engine), Passwords(hasher), Clock()
    keeper = Doorkeeper(kept, LoginStore(store.engine), log, passwords, Lifetimes(1000, 100), clock)
    return House(store, Accounts(kept, log, passwords), keeper, clock)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    store = open_store(f"sqlite:///{tmp_path / 'accounts.db'}" if request.param == "sqlite" else postgres_url())
    if request.param == "postgres":
        with store.engine.begin() as connection:
            for table in ("sign_in_tries", "sign_in_errands", "accounts"):
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # a list of our own
    yield _house(store)
    store.close()


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[House]:
    store = open_store(f"sqlite:///{tmp_path / 'accounts.db'}")
    yield _house(store)
    store.close()


def test_an_account_comes_back_as_it_was(house: House) -> None:
    made = house.add("Ann O'Neill", roles=(Role.MANAGER, Role.AUTHOR), email="ann@example.com", team="North")
    assert house.accounts.get("ANN o'neill") == made
    assert house.accounts.all() == (made,)
    entry = house.keeper.log.newest(1)[0]
    assert (entry.who, entry.what, entry.about, entry.detail) == (
        COMMAND,
        Audited.ACCOUNT_ADDED,
        made.id,
        "author, manager",
    )


@pytest.mark.parametrize("twin", ["ann", "ANN", "Ａｎｎ", " Ann "])  # noqa: RUF001  # full width is the point
def test_two_accounts_do_not_read_the_same(house: House, twin: str) -> None:
    house.add("Ann")
    with pytest.raises(InvalidInput, match="already"):
        house.add(twin)


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 61, "a<b", "a\u202eb", "a\u0000b", "-rf", "a\u200bb", "a/b", "\ud83d"]
)
def test_what_cannot_be_a_name(quick: House, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be a name"):
        quick.accounts.add(name, password=PASSWORD)


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "x" * 257, "aaaaaaaaaaaa", "abababababababab", "a line\nbreak in it", "margaretann1"],
)
def test_what_cannot_be_a_password(quick: House, password: str) -> None:
    with pytest.raises(InvalidInput, match="password") as caught:
        quick.add("margaretann", password=password)
    assert password == "" or password not in str(caught.value)
    assert quick.accounts.all() == ()


def test_neither_passwords_nor_tokens_are_kept_as_they_are(house: House) -> None:
    made = house.add()
    login = house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    house.keeper.logins.send(Errand("the state", "n", "v", "/"), now=0, until=2e9)
    with house.store.engine.connect() as connection:
        hashed = connection.execute(select(account_table.c.password).where(account_table.c.id == made.id)).scalar_one()
        rows = [str(row) for table in (logins, errands) for row in connection.execute(select(table))]
    assert hashed.startswith("$argon2id$")
    assert all(secret not in row for row in rows for secret in (login.token, "the state"))


def test_signing_in_and_out(house: House) -> None:
    made = house.add(roles=(Role.AUTHOR,))
    login = house.keeper.sign_in(made.name.upper(), PASSWORD, address="192.0.2.1")
    assert login.visitor == made.visitor == house.keeper.visitor(login.token)
    house.keeper.sign_out(login.token, address="192.0.2.1")
    house.keeper.sign_out(login.token, address="192.0.2.1")
    assert house.keeper.visitor(login.token) is None
    assert [(e.what, e.who) for e in house.keeper.log.newest(3)] == [
        (Audited.SIGNED_OUT, made.id),
        (Audited.SIGNED_IN, made.id),
        (Audited.ACCOUNT_ADDED, COMMAND),
    ]


def test_a_login_runs_out_when_it_is_not_used_and_in_the_end(house: House) -> None:
    made = house.add()
    token = house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1").token
    began = house.clock.now
    while house.clock.now < began + 930:
        house.clock.now += 90
        assert house.keeper.visitor(token) is not None
    house.clock.now = began + 1001
    assert house.keeper.visitor(token) is None
    token = house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1").token
    house.clock.now += 101
    assert house.keeper.visitor(token) is None


def test_an_account_without_password_or_one_that_is_disabled_lets_nobody_in(house: House) -> None:
    without, disabled = house.add(password=None), house.add()
    token = house.keeper.sign_in(disabled.name, PASSWORD, address="192.0.2.1").token
    house.accounts.disable(disabled.name)
    assert house.keeper.visitor(token) is None
    for name, password in ((without.name, ""), (without.name, PASSWORD), (disabled.name, PASSWORD), ("nobody", "")):
        with pytest.raises(SignInFailed, match="do not go together"):
            house.keeper.sign_in(name, password, address="192.0.2.1")


def test_another_password_signs_out_everywhere(house: House) -> None:
    made = house.add()
    token = house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1").token
    house.accounts.set_password(made.name, "quite another sentence")
    assert house.keeper.visitor(token) is None
    with pytest.raises(SignInFailed):
        house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    house.keeper.sign_in(made.name, "quite another sentence", address="192.0.2.1")


NEW = "quite another sentence"


def test_whoever_knows_the_old_password_takes_a_new_one_and_is_signed_in_here_alone(house: House) -> None:
    made = house.add()
    elsewhere, here = (house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1") for _ in range(2))
    changed = house.keeper.change_password(here.visitor, PASSWORD, NEW, address="192.0.2.1")
    assert changed.visitor == here.visitor
    assert [house.keeper.visitor(each.token) for each in (elsewhere, here)] == [None, None]
    assert house.keeper.visitor(changed.token) == made.visitor
    with pytest.raises(SignInFailed):
        house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    house.keeper.sign_in(made.name, NEW, address="192.0.2.1")
    entry = next(each for each in house.accounts.audited(9) if each.what is Audited.PASSWORD_CHANGED)
    assert (entry.who, entry.about, entry.detail) == (made.id, made.id, "by its owner")


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("not the password", NEW, SignInFailed),
        (PASSWORD, "too short", InvalidInput),
        (PASSWORD, PASSWORD, InvalidInput),
    ],
)
def test_a_password_that_is_not_changed_stays_and_signs_nobody_out(
    quick: House, old: str, new: str, refused: type[Exception]
) -> None:
    made = quick.add()
    login = quick.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    with pytest.raises(refused):
        quick.keeper.change_password(login.visitor, old, new, address="192.0.2.1")
    assert quick.keeper.visitor(login.token) == made.visitor
    quick.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")


def test_whoever_guesses_at_an_old_password_is_braked(quick: House) -> None:
    made = quick.add()
    for _ in range(MOST_BY_NAME):
        with pytest.raises(SignInFailed):
            quick.keeper.change_password(made.visitor, "not the password", NEW, address="192.0.2.1")
    with pytest.raises(TooManyTries):
        quick.keeper.change_password(made.visitor, PASSWORD, NEW, address="192.0.2.1")


def test_of_two_new_passwords_at_once_one_is_taken_and_the_other_refused(house: House) -> None:
    made = house.add()
    kept = house.accounts.store.password_of(made.id)
    entry = house.accounts.audited(1)[0]
    house.accounts.store.set_password(made.id, "first", entry, instead_of=kept)
    with pytest.raises(EditConflict, match="changed elsewhere"):
        house.accounts.store.set_password(made.id, "second", entry, instead_of=kept)
    assert house.accounts.store.password_of(made.id) == "first"


def test_a_password_typed_in_another_composition_is_the_same(quick: House) -> None:
    made = quick.add(password="cafe\u0301 under the lime")  # noqa: S106
    quick.keeper.sign_in(made.name, "caf\u00e9 under the lime", address="192.0.2.1")


def test_guessing_a_name_is_braked_from_everywhere_and_only_that_name(house: House) -> None:
    guessed, other = house.add(), house.add()
    for n in range(MOST_BY_NAME):
        with pytest.raises(SignInFailed) as caught:
            house.keeper.sign_in(guessed.name.upper(), "wrong", address=f"192.0.2.{n}")
        assert not isinstance(caught.value, TooManyTries)
    house.clock.now += 60
    for _ in range(3):  # whoever waits is let in, however often they looked whether it is time
        with pytest.raises(TooManyTries, match="Wait 14 minutes") as braked:
            house.keeper.sign_in(guessed.name, PASSWORD, address="198.51.100.1")
        assert braked.value.wait == WINDOW - 60
    house.keeper.sign_in(other.name, PASSWORD, address="192.0.2.1")
    house.clock.now += WINDOW - 59
    house.keeper.sign_in(guessed.name, PASSWORD, address="198.51.100.1")
    throttled = [e for e in house.keeper.log.newest(50) if e.what is Audited.SIGN_IN_THROTTLED]
    assert [e.about for e in throttled][:1] == [guessed.id]


@pytest.mark.parametrize(
    ("addresses", "another"),
    [
        (["192.0.2.7"], "192.0.2.8"),
        ([f"2001:db8:1:2::{n:x}" for n in range(MOST_BY_ADDRESS)], "2001:db8:1:3::1"),
    ],
)
def test_guessing_names_is_braked_by_address(house: House, addresses: list[str], another: str) -> None:
    made = house.add()
    for n in range(MOST_BY_ADDRESS):
        with pytest.raises(SignInFailed):
            house.keeper.sign_in(f"name {n}", "wrong", address=addresses[n % len(addresses)])
    with pytest.raises(TooManyTries):
        house.keeper.sign_in(made.name, PASSWORD, address=addresses[0])
    house.keeper.sign_in(made.name, PASSWORD, address=another)


def test_a_right_password_forgets_the_wrong_ones(house: House) -> None:
    made = house.add()
    for _ in range(3):
        for _ in range(MOST_BY_NAME - 1):
            with pytest.raises(SignInFailed):
                house.keeper.sign_in(made.name, "wrong", address="192.0.2.1")
        house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")


def test_many_tries_at_once_on_several_servers_do_not_slip_through(house: House) -> None:
    made = house.add()
    looked_at: list[str] = []

    def guess(n: int) -> None:
        server = _house(house.store)
        try:
            server.keeper.sign_in(made.name, f"wrong {n}", address=f"192.0.2.{n}")
        except TooManyTries:
            pass
        except SignInFailed:
            looked_at.append("x")

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(guess, range(40)))
    assert 1 <= len(looked_at) <= MOST_BY_NAME


def test_a_hash_with_older_parameters_is_made_anew(house: House) -> None:
    made = house.add()
    before = house.keeper.accounts.password_of(made.id)
    newer = _house(house.store, PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    newer.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    after = house.keeper.accounts.password_of(made.id)
    assert before is not None
    assert after is not None
    assert ("t=1" in before, "t=2" in after) == (True, True)
    newer.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1")
    assert house.keeper.accounts.password_of(made.id) == after


def test_an_unknown_name_takes_as_long_as_a_known_one(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'times.db'}")
    house = _house(store, PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1))
    made = house.add()
    house.keeper.passwords.prepare()

    def seconds(name: str) -> float:
        began = time.perf_counter()
        with pytest.raises(SignInFailed):
            house.keeper.sign_in(name, "wrong", address="192.0.2.1")
        return time.perf_counter() - began

    pairs = [(seconds(made.name), seconds("nobody")) for _ in range(7)]
    store.close()
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_roles_and_teams_change_with_an_entry(house: House) -> None:
    made = house.add()
    changed = house.accounts.set_roles(made.name, (Role.MANAGER, Role.TRAINEE))
    house.accounts.set_team(made.name, "North")
    assert house.accounts.get(made.name).roles == changed.roles == {Role.MANAGER, Role.TRAINEE}
    assert house.accounts.get(made.name).team == "North"
    team, roles = house.keeper.log.newest(2)
    assert (roles.what, roles.about, roles.detail) == (Audited.ROLES_CHANGED, made.id, "trainee -> manager, trainee")
    assert (team.what, team.detail) == (Audited.TEAM_CHANGED, "North")
    with pytest.raises(InvalidInput, match="needs a role"):
        house.accounts.set_roles(made.name, ())
    with pytest.raises(NotFound, match="no account 'nobody'"):
        house.accounts.set_roles("nobody", (Role.TRAINEE,))


def test_removing_takes_all_that_was_said_and_leaves_the_entry(house: House, dean: Persona, rubric: Rubric) -> None:
    made, other = house.add(), house.add()
    token = house.keeper.sign_in(made.name, PASSWORD, address="192.0.2.1").token
    theirs, kept = (new_session(dean, rubric, account.id) for account in (made, other))
    for session in (theirs, kept):
        house.store.add(session)
        house.store.keep_reply(session.id, 1, "Hello")
    assert house.accounts.sessions(made) == 1
    house.accounts.remove(made)
    assert house.keeper.visitor(token) is None
    with pytest.raises(NotFound):
        house.store.load(theirs.id, made.id)
    with house.store.engine.connect() as connection:
        left = connection.execute(select(exchanges.c.id).where(exchanges.c.session_id == theirs.id)).all()
    assert left == []
    assert house.store.load(kept.id, other.id).pending == "Hello"
    assert house.keeper.log.newest(1)[0].what is Audited.ACCOUNT_REMOVED


def test_local_sessions_can_be_adopted(quick: House, dean: Persona, rubric: Rubric) -> None:
    made = quick.add()
    session = new_session(dean, rubric, LOCAL.id)
    quick.store.add(session)
    assert quick.accounts.adopt_local(made.name) == 1
    assert quick.store.load(session.id, made.id).owner == made.id
    with pytest.raises(NotFound):
        quick.store.load(session.id, LOCAL.id)
    assert quick.accounts.adopt_local(made.name) == 0


def test_an_errand_is_taken_once_and_not_too_late(house: House) -> None:
    errand = Errand("state", "nonce", "verifier", "/?view=progress")
    house.keeper.logins.send(errand, now=100, until=200)
    assert house.keeper.logins.take("state", now=150) == errand
    assert house.keeper.logins.take("state", now=150) is None
    house.keeper.logins.send(errand, now=100, until=200)
    assert house.keeper.logins.take("state", now=201) is None
