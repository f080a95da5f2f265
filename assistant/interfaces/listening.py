"""Where `assistant chat` listens, and whom it lets in there: this machine alone, or signed-in users elsewhere too."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import socket
from dataclasses import dataclass

from assistant.errors import AssistantError
from assistant.home import Home
from assistant.interfaces.shell import LOOPBACK, Access
from assistant.keeping.accounts import Accounts

HOST = "127.0.0.1"
PORT = 7860


@dataclass(frozen=True, slots=True)
class Listening:
    """An address to listen on, and who is let in. Certificate and key are files, both empty without TLS of our own."""

    host: str
    port: int
    access: Access
    certificate: str = ""
    key: str = ""

    @property
    def url(self) -> str:
        """The address to open on this machine, or the first name by which others reach it."""
        if self.access.hosts == LOOPBACK:
            return f"http{'s' if self.certificate else ''}://{self.host}:{self.port}"
        if self.access.is_secure and not self.certificate:  # a proxy's, which has a port of its own
            return f"https://{self.access.hosts[0]}"
        return f"http{'s' if self.certificate else ''}://{self.access.hosts[0]}:{self.port}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=PORT)
    away = parser.add_argument_group("for other machines", "needs a user (assistant users add NAME), who then signs in")
    away.add_argument("--host", default=HOST, metavar="ADDR", help=f"address to listen on (default: {HOST})")
    away.add_argument(
        "--name", action="append", default=[], metavar="NAME",
        help="host name or address that browsers use; may be repeated (default: ADDR)",
    )  # fmt: skip
    away.add_argument("--tls-cert", default="", metavar="FILE", help="certificate chain (PEM), to serve https")
    away.add_argument("--tls-key", default="", metavar="FILE", help="its private key (PEM)")
    away.add_argument("--behind-tls", action="store_true", help="a proxy in front serves https and passes Host on")
    away.add_argument("--plain-http", action="store_true", help="serve http: passwords cross the network unencrypted")


def listening(options: argparse.Namespace, home: Home) -> Listening:
    """What the options say, refused where it would let in whoever comes.

    :raises AssistantError: saying what is missing.
    """
    is_local = _is_loopback(options.host)
    if bool(options.tls_cert) != bool(options.tls_key):
        raise AssistantError("--tls-cert and --tls-key belong together: give both or neither")
    for file in filter(None, (options.tls_cert, options.tls_key)):
        if not os.path.isfile(file):
            raise AssistantError(f"there is no file {file}")
    accounts = _accounts(home)
    is_secure = bool(options.tls_cert) or options.behind_tls
    hosts = LOOPBACK + tuple(options.name)
    if not is_local:
        if accounts is None:
            raise AssistantError(
                f"on {options.host} anybody could ask and read: add a user first, who then signs in: "
                "assistant users add NAME"
            )
        hosts = _names(options) + LOOPBACK
        if not is_secure and not options.plain_http:
            raise AssistantError(
                f"on {options.host} passwords would cross the network unencrypted: give --tls-cert and --tls-key, or "
                "--behind-tls where a proxy serves https, or accept it with --plain-http"
            )
    _check_port(options.host, options.port)
    access = Access(accounts, hosts, is_secure)
    return Listening(options.host, options.port, access, options.tls_cert, options.tls_key)


def _accounts(home: Home) -> Accounts | None:
    """The users, where there are any: then everybody signs in."""
    if not home.users.is_file():
        return None
    accounts = Accounts.open(home.users)
    if accounts.listed():
        return accounts
    accounts.close()
    return None


def _names(options: argparse.Namespace) -> tuple[str, ...]:
    """The names by which browsers reach us: a request by another is turned away."""
    if options.name:
        return tuple(options.name)
    if options.host in ("0.0.0.0", "::", "") or ":" in options.host:
        raise AssistantError(
            f"on {options.host or 'every address'} say by which name or address browsers reach this machine: "
            f"--name {socket.gethostname()}"
        )
    return (options.host,)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    """Refuse a busy port before anything is loaded.

    :raises AssistantError: naming the port and a way on.
    """
    if not 1 <= port <= 65535:
        raise AssistantError(f"{port} is not a port; choose one from 1024 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise AssistantError(f"cannot listen on {host} port {port}: {error.strerror}") from error
            raise AssistantError(
                f"port {port} is in use ({error.strerror}); is the page open already at http://{host}:{port}? "
                f"Else choose another: assistant chat --port {port + 1 if port < 65535 else PORT}"
            ) from error
