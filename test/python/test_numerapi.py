"""numerapi itself, as it comes from PyPI, against Numerai's emulator over TLS. Run by numerapi.test.ts."""

import datetime
import json
from pathlib import Path

import numerapi
import pandas
import pytest
import requests
from asking import LIVE, live
from conftest import connect

# Rounds


def test_rounds(api):
    number = api.get_current_round()
    assert api.check_round_open() is True
    assert api.check_new_round() is True
    (current,) = api.list_rounds(number=number)
    assert current["number"] == number and current["tournament"] == api.tournament_id
    assert current["openTime"] < datetime.datetime.now(datetime.timezone.utc) < current["closeStakingTime"]
    assert current["dataDatestamp"] == int(current["openTime"].strftime("%Y%m%d"))
    assert [each["number"] for each in api.list_rounds(status="open")] == [number]
    assert len(api.list_rounds(limit=3)) == 3


def test_the_pipeline(api):
    day = api.list_rounds(number=api.get_current_round())[0]["openTime"].date().isoformat()
    status = api.pipeline_status(day)
    assert status["startedAt"] < status["dataReadyAt"] <= datetime.datetime.now(datetime.timezone.utc)
    assert status["tournament"] == ("classic" if api.tournament_id == 8 else "signals")


def test_competitions(classic):
    assert classic.get_current_round() in [each["number"] for each in classic.get_competitions()]


# Data


def test_every_data_set_can_be_downloaded(api):
    names = api.list_datasets()
    assert LIVE[api.tournament_id] in names
    for name in names:
        path = Path(api.download_dataset(name))
        assert str(path) == name
        if path.suffix == ".parquet":
            assert len(pandas.read_parquet(path)) > 100
        elif path.suffix == ".csv":
            assert len(pandas.read_csv(path)) > 100
        else:
            assert json.loads(path.read_text())["feature_sets"]["small"]


def test_the_live_data_has_what_a_model_needs(classic):
    data = pandas.read_parquet(classic.download_dataset("v5.3/live.parquet"))
    features = json.loads(Path(classic.download_dataset("v5.3/features.json")).read_text())
    sets = features["feature_sets"]
    assert len(sets["small"]) == 42 and set(sets["small"]) < set(sets["medium"]) < set(sets["all"])
    assert data.index.name == "id" and data.index.is_unique
    assert set(data["era"]) == {"X"} and set(data["data_type"]) == {"live"}
    assert [name for name in data if name.startswith("feature_")] == sets["all"]
    assert all(data[name].dtype == "int8" and data[name].between(0, 4).all() for name in sets["all"])
    assert "target" in features["targets"]
    assert all(data[name].dtype == "float32" and data[name].isna().all() for name in features["targets"])
    train = pandas.read_parquet(classic.download_dataset("v5.3/train.parquet"))
    assert list(train) == list(data) and not train["target"].isna().any()
    assert list(data.to_csv().splitlines()) == Path(classic.download_dataset("v5.3/live.csv")).read_text().splitlines()


def test_the_data_of_a_round_that_has_opened_stays(api):
    number = api.get_current_round()
    assert live(api).equals(live(api, number))
    assert not live(api).equals(live(api, number - 1))


def test_what_does_not_exist_is_refused(api):
    with pytest.raises(ValueError, match="Dataset not found"):
        api.download_dataset("v5.3/gold.parquet")


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_download_that_was_cut_off_is_resumed(classic, share):
    whole = Path(classic.download_dataset("v5.3/live.parquet", "whole.parquet")).read_bytes()
    Path("resumed.parquet.temp").write_bytes(whole[: int(len(whole) * share)])
    assert Path(classic.download_dataset("v5.3/live.parquet", "resumed.parquet")).read_bytes() == whole


def test_ranges(classic):
    query = 'query { dataset(filename: "v5.3/live_example_preds.csv") }'
    url = classic.raw_query(query)["data"]["dataset"]
    whole = requests.get(url, timeout=10).content
    for given, part in (("0-9", whole[:10]), ("10-", whole[10:]), ("-7", whole[-7:]), ("5-999999", whole[5:])):
        answer = requests.get(url, headers={"Range": f"bytes={given}"}, timeout=10)
        assert (answer.status_code, answer.content) == (206, part)
        first = len(whole) - 7 if given == "-7" else int(given.split("-")[0])
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    beyond = requests.get(url, headers={"Range": f"bytes={len(whole)}-"}, timeout=10)
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert requests.get(url, headers={"Range": "lines=1-2"}, timeout=10).content == whole


def test_rows_by_filter(classic):
    path = classic.download_dataset("v5.3/train.parquet", "era.parquet", filters=[("era", "in", ["0002"])])
    data = pandas.read_parquet(path)
    assert set(data["era"]) == {"0002"} and len(data) == 25


def test_the_universe_of_signals(signals):
    assert set(signals.ticker_universe()) == set(live(signals)["numerai_ticker"])


# The account


def test_the_account(classic, signals, crypto):
    assert list(classic.get_models()) == ["nightly"]
    assert list(signals.get_models()) == ["stocks"]
    assert list(crypto.get_models()) == ["coins"]
    account = classic.get_account()
    assert account["username"] == "ada" and len(account["models"]) == 3
    assert account["apiTokens"][0]["public_id"] == "PUBLICID"


def test_profiles(api, model_id):
    (name,) = api.get_models()
    assert api.modelid_to_modelname(model_id) == name
    assert api.models_of_account("ada") == {name: model_id}
    assert api.set_bio(model_id, "all about it") is True
    assert api.set_link(model_id, "home", "https://example.org") is True
    profile = api.public_user_profile(name)
    assert (profile["id"], profile["bio"]) == (model_id, "all about it")


def test_a_wrong_key_is_refused():
    with pytest.raises(ValueError, match="Your session is invalid or has expired."):
        connect(numerapi.NumerAPI, secret_key="WRONG").get_models()
    with pytest.raises(ValueError, match="API keys required"):
        connect(numerapi.NumerAPI, public_id=None, secret_key=None).get_models()


def test_webhooks(api, model_id):
    query = "query { account { models { id submissionWebhook } } }"

    def registered():
        models = api.raw_query(query, authorization=True)["data"]["account"]["models"]
        return {model["id"]: model["submissionWebhook"] for model in models}[model_id]

    assert api.set_submission_webhook(model_id, "https://example.org/hook") is True
    assert registered() == "https://example.org/hook"
    assert api.set_submission_webhook(model_id, None) is True
    assert registered() is None
