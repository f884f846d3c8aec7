// Is everything in reach? Each dependency is asked something harmless, with the app's own identity.

import type { Platforms } from '../compute/platforms.ts';
import { calledIn, type Entry, hasSlots, type Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import type { RoundSource } from '../rounds/round-cache.ts';
import type { InFlightState, Leftover, Timer } from '../runs/stores.ts';
import { lastRan, silentSince } from '../runs/timers.ts';
import { utcMinute } from '../util/clock.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { together } from '../util/sentences.ts';
import { WrongSlotError } from '../verification/submission-source.ts';
import type { VerificationDependencies } from '../verification/verify.ts';
import { type DeploymentDependencies, deploymentTime } from '../watch/deployment.ts';

import { type Checked, type Finding, oneForEachCause, serviceAway, vaultRefusal } from './one-cause.ts';

export interface HealthDependencies
  extends Pick<VerificationDependencies, 'numeraiModels'>,
    Pick<DeploymentDependencies, 'clock' | 'inFlight' | 'fingerprint'> {
  readonly settings: Settings;
  readonly models: readonly Model[];
  readonly entries: readonly Entry[];
  readonly secrets: SecretStore;
  readonly platform: Platforms;
  readonly roundSource: RoundSource;
}

interface Check {
  readonly dependency: string;
  /** Says what is wrong with one that answers; throws where it is out of reach. */
  readonly ask: () => ReturnType<Platforms['check']>;
  /** What to do where it is out of reach. */
  readonly remedy: string;
}

/** Asks all dependencies, side by side; then whether the timers run, and what ended runs have left behind. */
export async function checkHealth(dependencies: HealthDependencies): Promise<readonly Finding[]> {
  const [checked, ofIndex] = await Promise.all([
    Promise.all(checksOf(dependencies).map(carryOut)),
    findingsOfIndex(dependencies),
  ]);
  return [...oneForEachCause(checked), ...ofIndex];
}

/** None where the index cannot be read: that is a finding of its own. */
async function findingsOfIndex(dependencies: HealthDependencies): Promise<readonly Finding[]> {
  try {
    const found = await dependencies.inFlight.read();
    return [...findingsOnTimers(dependencies, found), ...found.leftovers.map(findingOnLeftover)];
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function findingOnLeftover({ model, runId, attempt, execution, reason, since }: Leftover): Finding {
  return {
    dependency: `left over of ${model}`,
    ok: false,
    problem: `${execution ?? 'The execution'} of attempt ${attempt} of run ${runId} has not been removed since ${utcMinute(since)}. ${reason}`,
    remedy:
      'The app tries again every hour, for 30 days; what costs something meanwhile is removed by hand in the portal.',
  };
}

function findingsOnTimers({ clock, fingerprint }: HealthDependencies, found: InFlightState): readonly Finding[] {
  const now = clock.now();
  const deployedAt = deploymentTime(found, fingerprint, now);
  return (['watcher', 'fallback'] as const).map((timer) => {
    const tick = found.ticks[timer];
    const since = silentSince(tick, deployedAt, now);
    const after = lastRan(tick, now) === null ? 'the app was deployed, ' : '';
    const problem = since === null ? null : `The ${timer} has not run since ${after}${utcMinute(since)}.`;
    return { dependency: `timer ${timer}`, ok: problem === null, problem, remedy: problem && REMEDIES[timer] };
  });
}

const remedyOfTimer = (timer: Timer, schedule: string) =>
  `Look at the function ${timer}: is it disabled (the setting AzureWebJobs.${timer}.Disabled), is ${schedule} rare, or does every tick fail? If neither timer runs, restart the app, then deploy it again. Until then, calls of the app do the timers' work.`;

const REMEDIES: Readonly<Record<Timer, string>> = {
  watcher: remedyOfTimer('watcher', 'WATCH_SCHEDULE'),
  fallback: remedyOfTimer('fallback', 'FALLBACK_SCHEDULE'),
};

function checksOf(dependencies: HealthDependencies): Check[] {
  const { models, entries } = dependencies;
  return [
    {
      dependency: 'Table Storage',
      ask: reach(() => dependencies.inFlight.read()),
      remedy: 'Check AzureWebJobsStorage__tableServiceUri.',
    },
    ...secretNamesInUse(dependencies).map((name) => ({
      dependency: `secret ${name}`,
      ask: () => askForSecret(dependencies, name),
      remedy: 'Check KEY_VAULT_URL.',
    })),
    ...entries.map((model) => ({
      dependency: `container of ${calledIn(model, model.name)}`,
      ask: () => dependencies.platform.check(model),
      remedy:
        'Check the container in models.json, the subscription and the resource group in the settings, and the role of the identity on that resource group.',
    })),
    ...[...new Set(models.map((model) => model.tournament))].map((tournament) => ({
      dependency: `Numerai's rounds of ${tournament}`,
      ask: reach(() => dependencies.roundSource.rounds(tournament)),
      remedy: 'Numerai may be down; the fallback goes by the documented hours meanwhile. Check NUMERAI_API_URL.',
    })),
    ...models.filter(hasSlots).map((model) => ({
      dependency: `Numerai's models of ${model.name}`,
      ask: () => askForSlots(dependencies, model),
      remedy: `Check the API key of the account (secrets ${model.numeraiKeys.publicId} and ${model.numeraiKeys.secretKey}), and numeraiModels in models.json.`,
    })),
    ...(models.flatMap(({ numeraiModels }) => numeraiModels).length > 1
      ? [{ dependency: 'slots', ask: () => askForDoubles(dependencies), remedy: 'Fix numeraiModels in models.json.' }]
      : []),
  ];
}

/** Whether it can be read, and is its value alone. */
async function askForSecret({ secrets }: HealthDependencies, name: string): ReturnType<Platforms['check']> {
  const { doubt, wasWrapped } = await secrets.get(name);
  const wrapped = wasWrapped
    ? {
        what: `The secret ${name} has white space or quotes around its value. The app uses it without them; others may not.`,
        remedy: 'Set it anew, without a line end: npm run azure:secrets, or printf instead of echo.',
      }
    : null;
  const problem = together(doubt?.what ?? null, wrapped?.what ?? null);
  return problem === null ? null : { problem, remedy: together(doubt?.remedy ?? null, wrapped?.remedy ?? null) ?? '' };
}

/** Whether every slot of the model is there, and its submissions can be read. */
async function askForSlots({ numeraiModels }: HealthDependencies, model: Model): ReturnType<Platforms['check']> {
  const identified = await numeraiModels.identify(model);
  const known = identified.flatMap((each) => ('error' in each ? [] : [each]));
  const answers = await numeraiModels.submissions(
    model,
    known.map(({ slot, id }) => ({ model: slot, id, submission: 'unknown', submittedAt: null })),
  );
  const errors = [
    ...identified.flatMap((each) => ('error' in each ? [each.error] : [])),
    ...answers.flatMap(({ listed }) => (listed instanceof AppError ? [listed] : [])),
  ];
  const other = errors.find((error) => !(error instanceof WrongSlotError));
  if (other !== undefined) throw other;
  const warnings = known.flatMap(({ warning }) => warning ?? []);
  const problem = together(...new Set([...errors.map(({ message }) => message), ...warnings].slice(0, 5)));
  return problem === null ? null : { problem, remedy: 'Fix numeraiModels in models.json.' };
}

/** Whether two slots, such as one by its name and one by its id, are the same model at Numerai. */
async function askForDoubles({ models, numeraiModels }: HealthDependencies): ReturnType<Platforms['check']> {
  const identified = await Promise.all(
    models.map(async (model) =>
      (await numeraiModels.identify(model)).flatMap((each) => ('error' in each ? [] : [{ ...each, of: model.name }])),
    ),
  );
  const doubles = [...Map.groupBy(identified.flat(), ({ id }) => id).values()].filter(({ length }) => length > 1);
  const problem = together(
    ...doubles.map((same) => {
      const slots = same.map(({ slot, of }) => `${slot} of ${of}`);
      return `${slots.join(' and ')} are the same model at Numerai (id ${same[0]?.id}), so it is submitted more than once.`;
    }),
  );
  return problem === null ? null : { problem, remedy: 'Leave it in one place in models.json.' };
}

const reach = (ask: () => Promise<unknown>) => async (): Promise<null> => {
  await ask();
  return null;
};

async function carryOut({ dependency, ask, remedy }: Check): Promise<Checked> {
  try {
    const found = (await ask()) ?? { problem: null, remedy: null };
    return { finding: { dependency, ok: found.problem === null, ...found }, away: null, refusal: null };
  } catch (error) {
    const finding = { dependency, ok: false, problem: messageOf(error), remedy: remedyOf(error, dependency, remedy) };
    return { finding, away: serviceAway(error), refusal: vaultRefusal(error) };
  }
}

function remedyOf(error: unknown, dependency: string, usual: string): string | null {
  // Its message says what to do, and so does its own finding.
  if (error instanceof SecretError) return dependency === `secret ${error.secretName}` ? error.remedy : null;
  if (error instanceof ExternalCallError && error.explanation !== null) return error.explanation.remedy;
  const isPassing = error instanceof ExternalCallError && error.failure !== 'refused';
  return isPassing ? `This may pass by itself. If it stays: ${usual}` : usual;
}
