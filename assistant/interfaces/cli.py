"""The `assistant` command: reads the arguments, calls one command, turns errors into exit codes.

Exit codes: 0 done; 1 some rows or files failed; 2 wrong use or bad input; 3 no model or server could be reached; 4 the
collection is missing, damaged or built with another embedder; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence

from assistant.app import Workspace, switch_telemetry_off
from assistant.collection_names import DEFAULT_COLLECTION, as_choice
from assistant.errors import AssistantError
from assistant.home import Home
from assistant.interfaces import ask, batch, chat, check, cost, doctor, library, models, profile, serve, users
from assistant.interfaces.terminal import Terminal
from assistant.settings import Settings
from corpus.errors import CorpusError
from index.errors import IndexLayerError
from serving.backend import BACKENDS
from serving.errors import FixedFlagError, LicenceError, ServingError, UnknownModelError

EXIT_USAGE, EXIT_NO_MODEL, EXIT_COLLECTION, EXIT_STOPPED = 2, 3, 4, 130

# Objects made until garbage is looked for, and how often among older ones. A start loads a million objects that stay:
# looking through them as often as the interpreter does by itself takes a second of every command.
_GARBAGE = (50_000, 20, 20)

_COMMANDS = (ask, chat, users, batch, check, cost, profile, library, models, serve, doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    switch_telemetry_off()
    gc.set_threshold(*_GARBAGE)
    own, passed_on = _split(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser().parse_args(own)
    options.passed_on = passed_on
    terminal = Terminal(quiet=options.quiet)
    try:
        home = Home.find(options.home)
        settings = Settings.load(home, flags={"backend": options.backend})
        code: int = options.run(options, Workspace(home, settings), terminal)
    except KeyboardInterrupt:
        terminal.error("stopped; nothing that was finished is lost")
        return EXIT_STOPPED
    except BrokenPipeError:  # the reader of our output went away (`assistant … | head`)
        sys.stderr.close()
        return 0
    except (AssistantError, CorpusError, FixedFlagError, LicenceError, UnknownModelError) as error:
        return _fail(terminal, error, EXIT_USAGE)
    except ServingError as error:
        return _fail(terminal, error, EXIT_NO_MODEL)
    except IndexLayerError as error:
        return _fail(terminal, error, EXIT_COLLECTION)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return _fail(terminal, OSError(f"{error.strerror or error}{where}"), EXIT_USAGE)
    return code


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and what `serve` passes on to its server: all behind the first `--`."""
    if arguments[:1] != ["serve"] or "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _fail(terminal: Terminal, error: Exception, code: int) -> int:
    terminal.error(f"assistant: {error}")
    return code


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", default="", metavar="DIR", help="where models, collections and settings are kept")
    common.add_argument("--backend", choices=BACKENDS, help="what answers (default: auto)")
    common.add_argument(
        "--collection",
        type=as_choice,
        default=DEFAULT_COLLECTION,
        metavar="NAME",
        help="the documents to answer from, several as one+other (default: default)",
    )
    common.add_argument("--quiet", action="store_true", help="no notices, no progress")
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="A strategy assistant for companies built on AI large models: cited, checked, on your own machine.",
        epilog='Example: assistant ask "怎样控制大模型创业的成本？"',
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in _COMMANDS:
        command.add_parser(commands, common)
    return parser


if __name__ == "__main__":
    sys.exit(main())
