"""What the tests of numerapi share: the live data of each tournament, predictions for it, and what Numerai has."""

import pandas

LIVE = {8: "v5.3/live.parquet", 11: "signals/v3.0/live.parquet", 12: "crypto/v2.0/live_universe.parquet"}
COLUMNS = {8: ("id", "prediction"), 11: ("numerai_ticker", "signal"), 12: ("symbol", "signal")}


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
