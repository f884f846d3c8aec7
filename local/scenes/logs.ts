// The logs of the containers in the scenes.

export const LOG = `2026-11-20 13:00:21 INFO  numerai.submit  round 1234, model nightly-lgbm
2026-11-20 13:00:21 INFO  numerai.submit  downloading v5.2/live.parquet
2026-11-20 13:00:29 INFO  numerai.submit  6 183 rows, 2 748 features
2026-11-20 13:00:30 INFO  numerai.submit  loading model.pkl
2026-11-20 13:01:12 INFO  numerai.submit  predicted; mean 0.5003, std 0.0288
2026-11-20 13:01:15 INFO  numerai.submit  uploading predictions_1234.csv
2026-11-20 13:01:19 INFO  numerai.submit  submitted, answering the trigger
`;

export const OUT_OF_MEMORY_LOG = `2026-11-20 13:00:24 INFO  submit  round 1234
2026-11-20 13:00:24 INFO  submit  downloading v5.2/live.parquet
2026-11-20 13:00:33 INFO  submit  building 2 748 features for 6 183 rows
2026-11-20 13:00:58 INFO  submit  loading fold 1 of 5
2026-11-20 13:01:36 INFO  submit  loading fold 2 of 5
2026-11-20 13:02:14 INFO  submit  loading fold 3 of 5
2026-11-20 13:02:51 WARN  submit  7.8 GB of memory in use
Killed
`;
