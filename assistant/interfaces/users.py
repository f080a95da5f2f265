"""`assistant users`: who may use the page and the API where they are not for this machine alone."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from assistant.app import Workspace
from assistant.interfaces.terminal import Terminal
from assistant.keeping.accounts import SHORTEST_PASSWORD, AccountError, Accounts, check_password
from assistant.keeping.conversations import Conversations
from assistant.keeping.passwords import hash_password


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command with its own commands."""
    parser = commands.add_parser(
        "users",
        help="who may use the page from other machines",
        description="Where there is a user, everybody signs in. Each sees their own conversations; library and company "
        "profile are shared, and only an admin removes documents or changes the profile. The first user is an admin, "
        "and gets the conversations held so far. A page that is open already asks for the login after a restart.",
        epilog="Example: assistant users add mei",
    )
    acts = parser.add_subparsers(required=True, metavar="ACT", title="acts")
    one = argparse.ArgumentParser(add_help=False)
    one.add_argument("name", metavar="NAME")
    adding = acts.add_parser(
        "add", parents=[common, one], help="add a user; the password is asked for, or read from stdin"
    )
    adding.add_argument("--admin", action="store_true", help="may remove documents and change the company profile")
    adding.set_defaults(run=_add)
    acts.add_parser("list", parents=[common], help="all users").set_defaults(run=_list)
    acts.add_parser(
        "password", parents=[common, one], help="set another password; ends the user's sessions"
    ).set_defaults(run=_password)
    acts.add_parser(
        "key", parents=[common, one], help="print a new API key for programs; an earlier one ends"
    ).set_defaults(run=_key)
    removing = acts.add_parser("remove", parents=[common, one], help="remove a user")
    removing.add_argument(
        "--with-conversations", action="store_true", help="and all they asked, which cannot be undone"
    )
    removing.set_defaults(run=_remove)


def _add(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    with _accounts(workspace) as accounts:
        is_first = not accounts.listed()
        if any(user.name == options.name for user in accounts.listed()):
            raise AccountError(f"there is a user {options.name!r} already")
        hashed = hash_password(_asked_password())
        user = accounts.add(options.name, hashed, is_admin=options.admin or is_first)
        if is_first:
            with closing(Conversations.open(workspace.home.conversations)) as conversations:
                conversations.give_to(user.id)
    terminal.notice(
        f"added {user.name}{', an admin' if user.is_admin else ''}; from its next start, the page asks to sign in"
    )
    return 0


def _list(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    with _accounts(workspace) as accounts:
        for user in accounts.listed():
            terminal.answer(f"{user.name}{' (admin)' if user.is_admin else ''}")
        if not accounts.listed():
            terminal.notice("no users: the page is open to whoever sits at this machine; assistant users add NAME")
    return 0


def _password(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    with _accounts(workspace) as accounts:
        user = accounts.find(options.name)
        accounts.set_password(user.id, hash_password(_asked_password()))
    terminal.notice(f"{user.name} has another password and is signed out everywhere")
    return 0


def _key(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    with _accounts(workspace) as accounts:
        terminal.answer(accounts.new_key(accounts.find(options.name).id))
    terminal.notice("keep it well: it is not shown again. Programs send it as: Authorization: Bearer KEY")
    return 0


def _remove(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    with _accounts(workspace) as accounts, closing(Conversations.open(workspace.home.conversations)) as kept:
        user = accounts.find(options.name)
        own = kept.of(user.id)
        if (count := own.count()) and not options.with_conversations:
            raise AccountError(f"{user.name} has {count} conversations: add --with-conversations to delete them too")
        own.delete_all()
        accounts.remove(user.id)
    terminal.notice(f"removed {user.name}")
    return 0


@contextmanager
def _accounts(workspace: Workspace) -> Iterator[Accounts]:
    with closing(Accounts.open(workspace.home.users)) as accounts:
        yield accounts


def _asked_password() -> str:
    """A password typed twice, or the first line of what is piped in.

    :raises AccountError: when it will not do.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        check_password(password)
        return password
    password = getpass.getpass(f"password ({SHORTEST_PASSWORD} characters or more): ")
    check_password(password)
    if getpass.getpass("once more: ") != password:
        raise AccountError("the two passwords differ; nothing was changed")
    return password
