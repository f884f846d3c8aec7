"""Points numerapi, whose address is fixed in the package, to the emulator that the tests run against."""

import os

import numerapi
import pytest
from numerapi import base_api

KEYS = {"public_id": "PUBLICID", "secret_key": "SECRETKEY"}


@pytest.fixture(autouse=True)
def emulator(monkeypatch, tmp_path):
    monkeypatch.setattr(base_api, "API_TOURNAMENT_URL", os.environ["NUMERAI_EMULATOR"])
    monkeypatch.delenv("TRIGGER_ID", raising=False)
    monkeypatch.chdir(tmp_path)


def connect(kind, **changes):
    return kind(**{**KEYS, "verbosity": "WARNING", "show_progress_bars": False, **changes})


@pytest.fixture
def classic():
    return connect(numerapi.NumerAPI)


@pytest.fixture
def signals():
    return connect(numerapi.SignalsAPI)


@pytest.fixture
def crypto():
    return connect(numerapi.CryptoAPI)


@pytest.fixture(params=["classic", "signals", "crypto"])
def api(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def model_id(api):
    (only,) = api.get_models().values()
    return only
