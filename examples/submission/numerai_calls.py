"""What the programs ask of Numerai, by numerapi, and what its errors mean.

numerapi (3.1.1, and 2.24.0 alike) raises ValueError with Numerai's own words where Numerai refuses. Where
Numerai does not answer it only logs, and fails on the empty answer with KeyError or TypeError. Downloads and
uploads raise the errors of requests.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from endings import CONFIGURATION, ROUND_NOT_OPEN, UNAVAILABLE, UNEXPECTED, Failure, importing
from settings import CLASSIC

# An upload that begins later than this before the close may well arrive too late.
UPLOAD_RESERVE = timedelta(seconds=60)

ROUND_QUERY = """
query($tournament: Int!) {
  rounds(tournament: $tournament, number: 0) { number openTime closeStakingTime }
}
"""

KEY_REFUSED = ("session is invalid", "authenticat", "api key", "permission", "unauthorized", "not authorized")
# Passing, or of data that is not there yet: predictions for other than the current live ids come from old data.
PASSING = ("internal", "rate limit", "try again", "live id", "file not found")


@dataclass(frozen=True)
class Round:
    number: int
    opens: datetime
    closes: datetime


def connect(env: Mapping[str, str]):
    """numerapi. It knows Numerai's address alone; the local environment gives another one by NUMERAI_API_URL."""
    with importing("numerapi"):
        import numerapi
    address = env.get("NUMERAI_API_URL")
    if address:
        numerapi.base_api.API_TOURNAMENT_URL = address
    return numerapi.NumerAPI(verbosity="WARNING", show_progress_bars=sys.stderr.isatty())


def failure_of_call(error: Exception, what: str, logged: str = "") -> Exception:
    """What an error of numerapi, or of the network under it, means. Signed addresses lose their signature.

    `logged`: what numerapi has logged meanwhile, which is all that it says of an answer that is none.
    """
    text = re.sub(r"\?\S+", "?…", str(error))
    lower = text.lower()
    if isinstance(error, (KeyError, TypeError)):
        if re.search(r"Http Error: 40[13]\b", logged):
            return Failure(CONFIGURATION, f"Numerai refuses the API key: {logged}", for_all=True)
        return Failure(UNAVAILABLE, f"Numerai did not answer for {what}. {logged}".rstrip())
    is_of_network = type(error).__module__.startswith(("requests", "urllib3"))
    if is_of_network or isinstance(error, (ConnectionError, TimeoutError)):
        return Failure(UNAVAILABLE, f"Numerai could not be reached for {what}: {type(error).__name__}: {text}")
    if not isinstance(error, ValueError):
        return error
    if "not open" in lower:
        return Failure(ROUND_NOT_OPEN, text, for_all=True)
    if any(words in lower for words in KEY_REFUSED):
        return Failure(CONFIGURATION, f"Numerai refuses the API key: {text}", for_all=True)
    is_passing = text == "" or any(words in lower for words in PASSING)
    code = UNAVAILABLE if is_passing else UNEXPECTED
    return Failure(code, f"Numerai refuses {what}: {text or 'no reason given'}")


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Around each call of numerapi: its errors become failures. `what` is what is asked for."""
    heard = LastLine()
    logger = logging.getLogger("numerapi")
    logger.addHandler(heard)
    try:
        yield
    except Failure:
        raise
    except Exception as error:
        raise failure_of_call(error, what, heard.line) from error
    finally:
        logger.removeHandler(heard)


class LastLine(logging.Handler):
    """Keeps the last line that was logged."""

    line = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.line = record.getMessage()


def account_models(napi) -> Mapping[str, str]:
    """Name → id of the account's models. It also shows that the API key works, before anything is downloaded."""
    with asking("the account's models"):
        return napi.get_models()


def identify(name: str, model_id: str, ids_by_name: Mapping[str, str]) -> tuple[str, str]:
    """Name and id of a model at Numerai, which may be given by either."""
    for own_name, own_id in ids_by_name.items():
        if model_id in (own_id, own_name):
            return own_name, own_id
    raise Failure(CONFIGURATION, f"the account of this API key has no classic model {name}.")


def current_round(napi, expected: int | None) -> Round:
    with asking("the round"):
        rounds = napi.raw_query(ROUND_QUERY, {"tournament": CLASSIC})["data"]["rounds"]
    return open_round(rounds[0] if rounds else None, datetime.now(timezone.utc), expected)


def open_round(answer: Mapping[str, object] | None, now: datetime, expected: int | None) -> Round:
    """The round that is open, from what Numerai says of the current one. Fails where it is not, or not yet."""
    if answer is None:
        raise Failure(ROUND_NOT_OPEN, "Numerai has no current round.")
    current = Round(
        number=int(str(answer["number"])),
        opens=parse_time(str(answer["openTime"])),
        closes=parse_time(str(answer["closeStakingTime"])),
    )
    if expected is not None and current.number != expected:
        is_to_come = current.number < expected
        raise Failure(
            UNAVAILABLE if is_to_come else ROUND_NOT_OPEN,
            f"Round {expected} is asked for, but {'still' if is_to_come else 'already'} {current.number} is the current one.",
        )
    if now < current.opens:
        raise Failure(UNAVAILABLE, f"Round {current.number} opens only at {current.opens.isoformat()}.")
    check_deadline(current, now)
    return current


def check_deadline(current: Round, now: datetime) -> None:
    """Fails where a submission that is uploaded now would come too late."""
    if now >= current.closes - UPLOAD_RESERVE:
        raise Failure(
            ROUND_NOT_OPEN,
            f"Round {current.number} closes at {current.closes.isoformat()}: too late to submit.",
            for_all=True,
        )


def parse_time(text: str) -> datetime:
    """An ISO 8601 time of Numerai's; without an offset it is UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


def download(napi, name: str, path: Path) -> None:
    """A file of Numerai's data. Whatever Numerai says of it: the data may come late, so it is waited for."""
    try:
        with asking(name):
            napi.download_dataset(name, str(path))
    except Failure as failure:
        is_late = failure.exit_code == UNEXPECTED
        raise Failure(UNAVAILABLE, str(failure)) if is_late else failure


def upload(napi, csv: Path, model_id: str, current: Round) -> str:
    """The id of the submission. numerapi sends TRIGGER_ID along: Numerai then shows the call as answered."""
    check_deadline(current, datetime.now(timezone.utc))
    with asking("the submission"):
        return str(napi.upload_predictions(file_path=str(csv), model_id=model_id))
