"""What the Azure CLI says of commands when it has parsed them. It runs none, and asks nobody.

Takes a list of argument lists as JSON, and writes as many sentences: null for a command that is parsed. Arguments without an option may also name a group of commands, or a command whose arguments are left out.
"""

import contextlib
import io
import json
import sys

from azure.cli.core import get_default_cli
from knack.events import EVENT_INVOKER_POST_PARSE_ARGS


class Parsed(BaseException):
    """Ends the invocation before it does anything; no `except Exception` keeps it."""


def stop(*_: object, **__: object) -> None:
    raise Parsed


# One for all: the log goes on to write to the standard error that it has met first.
said = io.StringIO()


def said_of(cli, arguments: list[str]) -> str | None:
    said.seek(0)
    said.truncate()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            cli.invoke(arguments)
    except Parsed:
        return None
    except SystemExit as end:
        if end.code in (None, 0):
            return None
    return said.getvalue().strip() or "refused without a word"


def main() -> None:
    cli = get_default_cli()
    cli.register_event(EVENT_INVOKER_POST_PARSE_ARGS, stop)
    answers = []
    for arguments in json.loads(sys.argv[1]):
        is_name = not any(argument.startswith("-") for argument in arguments)
        refused = said_of(cli, arguments)
        # A name alone: its help is there.
        if refused is not None and is_name:
            refused = said_of(cli, [*arguments, "--help"])
        answers.append(refused)
    json.dump(answers, sys.stdout)


main()
