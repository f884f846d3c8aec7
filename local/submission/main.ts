// A submission as a participant's image makes it, in as few lines as possible: it looks up the round, downloads
// the live data, predicts, uploads, and submits with the trigger id. It needs nothing but its environment
// variables. The exit codes are in failures.ts.

import { EXIT, Failure, failAsRequested } from './failures.ts';
import { readModel } from './model.ts';
import { Numerai, type OpenRound, Refusal } from './numerai.ts';
import { chooseLiveData, predict } from './predict.ts';
import { readSettings, type Settings } from './settings.ts';
import { withSecrets } from './vault.ts';

const log = (line: string) => console.log(line);

async function submit(): Promise<void> {
  const settings = readSettings(await withSecrets(process.env));
  const numerai = new Numerai(settings, log);
  log(`Submission for tournament ${settings.tournament}${settings.isTest ? ', as a test: nothing is uploaded' : ''}.`);
  log(settings.triggerId === null ? 'No trigger id.' : `Trigger id ${settings.triggerId}.`);
  await failAsRequested(settings.requestedFailure);

  const models = await chooseModels(numerai, settings);
  const round = await openRound(numerai, settings);
  log(`Round ${round.number} is open until ${round.closeStakingTime.toISOString()}.`);

  const dataset = chooseLiveData(await numerai.listDatasets(), settings.tournament);
  const liveData = await numerai.download(dataset);
  log(`Downloaded ${dataset}: ${liveData.length} bytes.`);
  const model = await readModel(process.env);
  const { csv, rows } = predict(liveData, settings.tournament, model);
  log(`Predicted ${rows} rows with ${model.name}.`);

  if (settings.isTest) return log('This is a test: done without an upload.');
  if (settings.requestedFailure?.kind === 'no-submit') return log('DEMO_FAIL=no-submit: done without a submission.');
  const failed: string[] = [];
  for (const [name, id] of Object.entries(models)) {
    try {
      if (
        settings.requestedFailure?.kind === 'slot' &&
        settings.requestedFailure.name === name &&
        Object.keys(models).length > 1
      )
        throw new Refusal(`DEMO_FAIL=slot:${name}: this is the requested failure of an upload.`);
      const filename = await numerai.upload('predictions.csv', csv, id);
      const submissionId = await numerai.createSubmission(filename, id);
      log(`Submission ${submissionId} of ${filename} made for model ${name} (${id}), round ${round.number}.`);
    } catch (error) {
      // A round that is not open, or a wrong key, holds for all of them; one model's trouble does not stop the others.
      if (!(error instanceof Refusal) || /round not open/i.test(error.message)) throw error;
      console.error(`No submission for model ${name}: ${error.message}`);
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new Failure(EXIT.unexpected, `No submission for ${failed.join(', ')}.`);
  log('Done.');
}

/** The models to submit for, checked if the key may read the account; by default the account's only model. */
async function chooseModels(
  numerai: Numerai,
  { models, tournament }: Settings,
): Promise<Readonly<Record<string, string>>> {
  const all = await numerai.models();
  if (all === null) {
    if (models !== null) {
      log('The API key may not read the account, so NUMERAI_MODELS is not checked.');
      return models;
    }
    throw new Failure(
      EXIT.configuration,
      'NUMERAI_MODELS and MODEL_ID are missing, and the API key may not read the account to find the model. Set one, or use a key with the permission read_user_info.',
    );
  }
  const candidates = all.filter((model) => model.tournament === tournament);
  const list = candidates.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none';
  if (models === null) {
    const [only, ...others] = candidates;
    if (only !== undefined && others.length === 0) return { [only.name]: only.id };
    throw new Failure(
      EXIT.configuration,
      `NUMERAI_MODELS and MODEL_ID are missing. Set one, with models of the account in tournament ${tournament}: ${list}.`,
    );
  }
  const wrong = Object.values(models).filter((model) => !candidates.some(({ id }) => id === model));
  if (wrong.length === 0) return models;
  throw new Failure(
    EXIT.configuration,
    `${wrong.join(', ')} is not a model of this account in tournament ${tournament}. Its models in that tournament: ${list}.`,
  );
}

async function openRound(numerai: Numerai, settings: Settings): Promise<OpenRound> {
  const round = await numerai.currentRound();
  if (round === null) {
    throw new Failure(EXIT.roundNotOpen, `No round of tournament ${settings.tournament} is open for submissions.`);
  }
  if (settings.round !== null && settings.round !== round.number) {
    throw new Failure(
      EXIT.roundNotOpen,
      `This run is for round ${settings.round}, but the current round is ${round.number}.`,
    );
  }
  if (numerai.now() >= round.closeStakingTime) {
    throw new Failure(
      EXIT.roundNotOpen,
      `Round ${round.number} closed at ${round.closeStakingTime.toISOString()}: a submission would be late.`,
    );
  }
  return round;
}

// The first process of a container has to handle the platform's request to stop itself.
process.once('SIGTERM', () => {
  console.error('Stopped by the platform.');
  process.exit(143);
});

try {
  await submit();
} catch (error) {
  if (error instanceof Failure) {
    console.error(error.message);
    process.exitCode = error.exitCode;
  } else if (error instanceof Refusal) {
    const notOpen = /round not open/i.test(error.message);
    console.error(`Numerai refused: ${error.message}`);
    process.exitCode = notOpen ? EXIT.roundNotOpen : EXIT.unexpected;
  } else {
    console.error(error);
    process.exitCode = EXIT.unexpected;
  }
}
