"""numerapi itself, as it comes from PyPI, against Numerai's emulator over TLS. Run by numerapi.test.ts."""

import datetime
import json
from pathlib import Path

import numerapi
import pandas
import pytest
import requests
from conftest import connect

LIVE = {8: "v5.3/live.parquet", 11: "signals/v3.0/live.parquet", 12: "crypto/v2.0/live_universe.parquet"}
COLUMNS = {8: ("id", "prediction"), 11: ("numerai_ticker", "signal"), 12: ("symbol", "signal")}
TICKERS = ["numerai_ticker", "composite_figi", "bloomberg_ticker", "cusip", "sedol"]


def live(api, round_num=None):
    return pandas.read_parquet(
        api.download_dataset(LIVE[api.tournament_id], f"live-{round_num}.parquet", round_num)
    ).reset_index()


def predictions(api, rows=None, column=None, round_num=None):
    data = live(api, round_num)[:rows]
    own, prediction = COLUMNS[api.tournament_id]
    column = column or own
    values = [(row + 1) / (len(data) + 1) for row in range(len(data))]
    return pandas.DataFrame({column: data[column], prediction: values})


def latest(api, model_id):
    query = """query($modelId: ID) { submissions(modelId: $modelId) {
        id status selected triggerId dataDatestamp sourcePlatform errorInfo submittedCount firstEffectiveDate round { number } } }"""
    return api.raw_query(query, {"modelId": model_id}, authorization=True)["data"]["submissions"][0]


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
    if "filters" not in classic.download_dataset.__code__.co_varnames:
        pytest.skip("this version of numerapi has no filters")
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


# Submissions


def test_a_submission_carries_the_trigger_id(api, model_id, monkeypatch):
    monkeypatch.setenv("TRIGGER_ID", "trigger-7")
    monkeypatch.setenv("NUMERAI_COMPUTE_ID", "compute-7")
    made = api.upload_predictions(df=predictions(api), model_id=model_id)
    seen = latest(api, model_id)
    assert (seen["id"], seen["triggerId"], seen["sourcePlatform"]) == (made, "trigger-7", "numerapi")
    assert (seen["status"], seen["selected"], seen["errorInfo"]) == ("success", True, None)
    assert seen["round"]["number"] == api.get_current_round() and seen["dataDatestamp"] is None
    assert (seen["firstEffectiveDate"] is not None) == (api.tournament_id == 11)
    assert made in [each["id"] for each in api.submission_ids(model_id)]


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "brotli", None])
def test_files_of_parquet(api, model_id, compression):
    predictions(api).to_parquet("mine.parquet", compression=compression)
    made = api.upload_predictions("mine.parquet", model_id=model_id)
    assert latest(api, model_id)["id"] == made
    assert latest(api, model_id)["submittedCount"] == 120


def test_files_with_an_index(api, model_id):
    frame = predictions(api).set_index(COLUMNS[api.tournament_id][0])
    frame.to_csv("mine.csv")
    frame.to_parquet("mine.parquet")
    for name in ("mine.csv", "mine.parquet"):
        assert api.upload_predictions(name, model_id=model_id) == latest(api, model_id)["id"]


def test_a_submission_can_be_downloaded(api, model_id):
    predictions(api).to_parquet("mine.parquet")
    made = api.upload_predictions("mine.parquet", model_id=model_id)
    for path in (
        api.download_submission(model_id=model_id, dest_path="latest.parquet"),
        api.download_submission(submission_id=made, dest_path="same.parquet"),
    ):
        assert Path(path).read_bytes() == Path("mine.parquet").read_bytes()
    with pytest.raises(ValueError, match="Submission not found"):
        api.download_submission(submission_id="11111111-1111-4111-a111-111111111111")


def test_file_names(classic):
    (model_id,) = classic.get_models().values()
    classic.upload_predictions(df=predictions(classic), model_id=model_id)
    (selected,) = classic.get_submission_filenames(round_num=classic.get_current_round(), model_id=model_id)
    assert selected["tournament"] == 8 and selected["filename"].endswith(".csv")


def test_predictions_on_the_data_of_the_round_before(api, model_id):
    before = api.list_rounds(number=api.get_current_round() - 1)[0]
    late = predictions(api, round_num=before["number"])
    with pytest.raises(ValueError, match="live IDs"):
        api.upload_predictions(df=late, model_id=model_id)
    api.upload_predictions(df=late, model_id=model_id, data_datestamp=before["dataDatestamp"])
    seen = latest(api, model_id)
    assert seen["dataDatestamp"] == before["dataDatestamp"]
    assert seen["round"]["number"] == api.get_current_round()
    older = api.list_rounds(number=api.get_current_round() - 2)[0]["dataDatestamp"]
    with pytest.raises(ValueError, match="live IDs"):
        api.upload_predictions(df=late, model_id=model_id, data_datestamp=older)


@pytest.mark.parametrize("column", TICKERS)
def test_signals_takes_every_kind_of_ticker(signals, column):
    (model_id,) = signals.get_models().values()
    signals.upload_predictions(df=predictions(signals, 100, column), model_id=model_id)
    assert latest(signals, model_id)["submittedCount"] == 100


@pytest.mark.parametrize("name", ["signals", "crypto"])
def test_a_hundred_ids_are_enough_and_others_are_passed_over(request, name):
    api = request.getfixturevalue(name)
    (model_id,) = api.get_models().values()
    column, prediction = COLUMNS[api.tournament_id]
    strangers = pandas.DataFrame({column: ["NOBODY", "NOTHING"], prediction: [0.5, 0.5]})
    api.upload_predictions(df=pandas.concat([predictions(api, 100), strangers]), model_id=model_id)
    assert latest(api, model_id)["submittedCount"] == 100
    with pytest.raises(ValueError, match="at least 100 live IDs"):
        api.upload_predictions(df=pandas.concat([predictions(api, 99), strangers]), model_id=model_id)


def test_what_numerai_refuses(api, model_id):
    column, prediction = COLUMNS[api.tournament_id]
    good = predictions(api)
    for frame, words in (
        (good.assign(**{prediction: 1.0}), "between 0 and 1 exclusive"),
        (good.assign(**{prediction: None}), "between 0 and 1 exclusive"),
        (pandas.concat([good, good[:1]]), "Duplicate ids"),
        (good.rename(columns={column: "name"}), "Invalid submission headers"),
        (good[:50], "live IDs"),
    ):
        frame.to_parquet("bad.parquet")
        for call in (
            lambda: api.upload_predictions(df=frame, model_id=model_id),
            lambda: api.upload_predictions("bad.parquet", model_id=model_id),
        ):
            with pytest.raises(ValueError, match=words):
                call()
    Path("cut.parquet").write_bytes(Path("bad.parquet").read_bytes()[:-20])
    with pytest.raises(ValueError, match="no Parquet file that can be read"):
        api.upload_predictions("cut.parquet", model_id=model_id)


# Diagnostics and scores


def test_diagnostics(classic):
    (model_id,) = classic.get_models().values()
    path = classic.download_dataset("v5.3/validation_example_preds.parquet")
    whole = pandas.read_parquet(path).reset_index()
    made = classic.upload_diagnostics(df=whole, model_id=model_id)
    for result in (classic.diagnostics(model_id, made), classic.diagnostics(model_id)):
        assert result["status"] == "done"
        assert isinstance(result["updatedAt"], datetime.datetime)
    classic.upload_diagnostics(path, model_id=model_id)
    with pytest.raises(ValueError, match="validation IDs"):
        classic.upload_diagnostics(df=whole[:-1], model_id=model_id)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_is_scored(api, model_id):
    (name,) = api.get_models()
    assert api.submission_scores(model_id) == []
    assert api.round_model_performances_v2(model_id) == []
    assert api.intra_round_scores(model_id) == []
    if hasattr(api, "daily_model_performances"):
        assert api.daily_model_performances(name) == []
