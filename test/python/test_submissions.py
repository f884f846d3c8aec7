"""Submissions and diagnostics by numerapi, as test_numerapi.py."""

import datetime
from pathlib import Path

import pandas
import pytest
from asking import COLUMNS, latest, predictions

TICKERS = ["numerai_ticker", "composite_figi", "bloomberg_ticker", "cusip", "sedol"]


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


@pytest.mark.parametrize(
    "options",
    [
        {"data_page_version": "2.0"},
        {"use_dictionary": False},
        {"row_group_size": 7},
        {"use_dictionary": False, "use_byte_stream_split": ["prediction"]},
        {"use_dictionary": False, "column_encoding": {"id": "DELTA_BYTE_ARRAY"}},
        {"version": "1.0", "data_page_size": 100, "write_page_index": True},
    ],
)
def test_files_of_parquet_in_other_forms(classic, options):
    (model_id,) = classic.get_models().values()
    predictions(classic).to_parquet("mine.parquet", **options)
    classic.upload_predictions("mine.parquet", model_id=model_id)
    assert latest(classic, model_id)["submittedCount"] == 120


def test_columns_that_nobody_asks_for(api, model_id):
    more = predictions(api)
    more["day"] = pandas.Timestamp("2026-11-26")
    more["good"] = True
    more["count"] = range(len(more))
    more["category"] = pandas.Categorical(["a"] * len(more))
    more["list"] = [[1, 2]] * len(more)
    more.to_parquet("mine.parquet")
    assert api.upload_predictions("mine.parquet", model_id=model_id) == latest(api, model_id)["id"]


def test_numbers_in_other_widths(api, model_id):
    _, prediction = COLUMNS[api.tournament_id]
    for kind in ("float16", "float32", "float64"):
        predictions(api).astype({prediction: kind}).to_parquet("mine.parquet")
        assert api.upload_predictions("mine.parquet", model_id=model_id) == latest(api, model_id)["id"]


def test_a_model_that_is_not_of_the_account_or_the_tournament(api, classic, signals):
    other = signals if api.tournament_id == 8 else classic
    (of_another,) = other.get_models().values()
    for id_of_another in (of_another, "22222222-0000-4000-a000-222222222222"):
        with pytest.raises(ValueError, match="[Mm]odel"):
            api.upload_predictions(df=predictions(api), model_id=id_of_another)


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
        (good.assign(**{prediction: 0.5}), "must not all be the same"),
        (pandas.concat([good, good[:1].assign(**{column: None})]), "must have an id"),
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
    for frame, words in (
        (whole.assign(prediction=None), "between 0 and 1 exclusive"),
        (whole.assign(prediction=9), "between 0 and 1 exclusive"),
        (whole[["id"]], "Invalid submission headers"),
        (pandas.concat([whole, whole]), "Duplicate ids"),
    ):
        with pytest.raises(ValueError, match=words):
            classic.upload_diagnostics(df=frame, model_id=model_id)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_is_scored(api, model_id):
    (name,) = api.get_models()
    assert api.submission_scores(model_id) == []
    assert api.round_model_performances_v2(model_id) == []
    assert api.intra_round_scores(model_id) == []
    if hasattr(api, "daily_model_performances"):
        assert api.daily_model_performances(name) == []
