"""How the programs here end: their exit codes, and what becomes of an error. The standard library alone."""

from __future__ import annotations

import logging
import os
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

log = logging.getLogger("submission")

# README.md says what the webhook app makes of them. 75 and 78 are those of sysexits.h, which no shell,
# interpreter or library ends with by accident.
DONE = 0
UNEXPECTED = 1
ROUND_NOT_OPEN = 3
UNAVAILABLE = 75
CONFIGURATION = 78

# Where models failed for different reasons: what another attempt can help comes first. The app starts only
# what is missing, so that what a person must fix is left over and told then.
BY_HOPE = (UNAVAILABLE, UNEXPECTED, ROUND_NOT_OPEN, CONFIGURATION)


class Failure(Exception):
    """An end that a person can do something about: one sentence, and the exit code for it.

    `for_all`: it would meet every other model as well, such as a key that Numerai refuses.
    """

    def __init__(self, exit_code: int, message: str, for_all: bool = False) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.for_all = for_all


@contextmanager
def importing(package: str) -> Iterator[None]:
    """Around an import. The image lacks the package, or a library under it: no other attempt can help."""
    try:
        yield
    except (ImportError, OSError) as error:
        raise import_failure(package, error) from error


def import_failure(package: str, error: Exception) -> Failure:
    advice = "Install requirements.txt, or build the image anew."
    return Failure(CONFIGURATION, f"{package} cannot be imported: {error}. {advice}", for_all=True)


def failure_of(error: Exception) -> Failure:
    """What an error means for the exit code. The log gets the place of one that nobody expected."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, ImportError):
        return import_failure(error.name or "a package", error)
    # Indented, so that the last line of the log, which names the model, is the one that the app quotes.
    place = textwrap.indent("".join(traceback.format_exception(error)), "    ")
    log.error("where it happened:\n%s", place.rstrip())
    return Failure(UNEXPECTED, f"{type(error).__name__}: {error}")


def exit_code_of(failures: Sequence[Failure]) -> int:
    """One exit code for what became of all models."""
    codes = {failure.exit_code for failure in failures}
    return next((code for code in BY_HOPE if code in codes), DONE)


def run(program: Callable[[], None]) -> int:
    """Runs a program with its log on standard output. Whatever happens, the last line and the exit code say how it ended."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stdout,
    )
    signal.signal(signal.SIGTERM, stop)
    try:
        program()
    except Exception as error:
        failure = failure_of(error)
        log.error("%s", failure)
        return failure.exit_code
    log.info("done")
    return DONE


def stop(_signal: int, _frame: object) -> None:
    # As process 1 of a container a program is not stopped by SIGTERM unless it says so.
    raise SystemExit(143)
