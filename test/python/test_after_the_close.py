"""What numerapi says and does once the round has closed, as test_numerapi.py."""

from asking import latest, predictions


def test_the_round_is_not_open_any_more(api):
    assert api.check_round_open() is False


def test_a_submission_is_taken_and_is_late(api, model_id):
    made = api.upload_predictions(df=predictions(api), model_id=model_id)
    assert latest(api, model_id)["id"] == made
