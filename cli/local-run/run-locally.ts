// Runs one's own submission once: the whole app and the emulators start beside it, Numerai's emulator calls the webhook, and
// the submission must arrive there. Nothing of it reaches Numerai or Azure, and nothing is left.

import { type AppClient, createAppClient } from '../app-client.ts';
import { modelsFileOf, type Surface } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { lastLines } from '../follow-run.ts';
import { chooseModel, readModelsFile } from '../models-file.ts';
import type { Output } from '../output.ts';
import type { TestOptions } from '../testing/test.ts';
import { testModel } from '../testing/test-model.ts';
import { localModel, type OwnSubmission, ownSubmission } from './own-submission.ts';

/** A person is waiting; and the round is open for a day. */
const SETTINGS = { WATCH_SCHEDULE: '*/2 * * * * *', FALLBACK_GRACE_MINUTES: '600' };

export async function runLocally(
  { output, folder, environment, contextAt }: Surface,
  name: string | undefined,
  what: string,
  options: TestOptions,
): Promise<ExitCode> {
  const model = chooseModel(await readModelsFile(modelsFileOf(environment), folder), name);
  const submission = ownSubmission(what, folder);
  const { entry, secrets, unset } = localModel(model, submission.image, environment);
  output.note(
    `Running ${submission.kind === 'command' ? `\`${what}\`` : `the ${submission.kind} ${what}`} once as the container of ${model.name}, in a local environment of its own: nothing reaches Numerai or Azure.`,
  );
  if (unset.length > 0)
    output.note(
      `It needs secrets that are not set here: ${unset.join(', ')}. Set them, or it gets words in their place.`,
    );
  output.progress('starting the local environment …');
  const local = await startLocal(entry, secrets, submission, folder);
  output.progress(null);
  try {
    const { host, numerai, settings } = local.environment;
    const key = host.keys.functionKeys.default ?? '';
    const context = await contextAt(host.url, {
      ...local.keys,
      NUMERAI_API_URL: numerai.url,
      MODELS_FILE: settings.MODELS_FILE,
      OPERATOR_KEY: key,
    });
    const exitCode = await testModel(context, model.name, { ...options, once: true });
    if (exitCode === EXIT.ok) await showLog(createAppClient(host.url, key), model.name, output);
    return exitCode;
  } finally {
    await local.environment.close();
  }
}

async function showLog(app: AppClient, name: string, output: Output): Promise<void> {
  const [run] = (await app.runs({ model: name, limit: 1 })).runs;
  const log = run === undefined ? '' : await app.log(name, run.id);
  output.line('\nThe last lines of its log:');
  for (const line of lastLines(log)) output.line(`  ${line}`);
}

/** Loaded only here: the environment and the build take longer to load than the commands take to answer. */
async function startLocal(
  entry: object,
  secrets: Readonly<Record<string, string>>,
  submission: OwnSubmission,
  folder: string,
) {
  const [{ buildApp, isStale }, { startEnvironment }, { localRuntime }, { ProcessRuntime }, { dockerAnswers }, demo] =
    await Promise.all([
      import('../../scripts/build.ts'),
      import('../../local/environment/environment.ts'),
      import('../../local/environment/container-runtime.ts'),
      import('../../local/containers/process.ts'),
      import('../../local/containers/docker.ts'),
      import('../../local/environment/demo.ts'),
    ]);
  if (submission.kind === 'image' && !(await dockerAnswers()))
    throw new CommandFailure(
      EXIT.failed,
      `No Docker daemon answers on this machine, and the image ${submission.image} needs one. Start Docker, or give the command that the image runs, or the folder of its Dockerfile: test --local "python predict.py"`,
    );
  if (await isStale()) await buildApp();
  const environment = await startEnvironment({
    models: [entry],
    secrets,
    settings: SETTINGS,
    registerWebhooks: true,
    host: { timers: true },
    programs: submission.kind === 'folder' ? { [submission.image]: submission.folder } : {},
    runtime:
      submission.kind === 'command'
        ? ({ imageEnv: env }) => new ProcessRuntime({ images: { [submission.image]: { ...submission, folder, env } } })
        : await localRuntime(`test-${process.pid}`),
  });
  return {
    environment,
    keys: { NUMERAI_PUBLIC_ID: demo.DEMO_PUBLIC_ID, NUMERAI_SECRET_KEY: demo.DEMO_SECRET_KEY },
  };
}
