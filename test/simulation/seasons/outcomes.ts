// What came of each model's round: what the clairvoyant could have had, what Numerai has, and what is known of a loss.

import type { Submission } from '../../../local/emulators/numerai/submissions.ts';
import type { Attempt } from '../app/record.ts';
import { alertsOf, type SeasonAlert } from './alerts.ts';
import type { Execution } from './containers.ts';
import { disturbancesOf } from './disturbed.ts';
import { HOUR, MINUTE } from './draw.ts';
import type { Lived } from './live.ts';
import { ownGroup, type SeasonModel } from './models.ts';
import { type Verdict, verdictOf } from './oracle.ts';
import type { SeasonPlan } from './plan.ts';
import type { Disturbance } from './rates.ts';
import type { PlannedRound } from './rounds.ts';

export interface RoundOutcome {
  readonly model: SeasonModel;
  readonly round: PlannedRound;
  readonly verdict: Verdict;
  readonly disturbances: readonly Disturbance[];
  /** Oldest first. */
  readonly submissions: readonly Submission[];
  /** Whether Numerai has a valid submission that is on time. */
  readonly isWon: boolean;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  readonly executions: readonly Execution[];
  readonly alerts: readonly SeasonAlert[];
}

export interface SeasonOutcome {
  readonly rounds: readonly RoundOutcome[];
  /** Of all rounds, and of none. */
  readonly executions: number;
  /** What has not come to an end. */
  readonly inFlight: readonly Attempt[];
  /** What belongs to no round that there is. */
  readonly strays: readonly Attempt[];
  /** Names of container groups that the policy has made and left. */
  readonly groupsLeft: readonly string[];
}

/** A person who is told so long before the close can still do something. */
const TIME_TO_ACT_MS = 10 * MINUTE;

/** Closes the season's world. */
export async function outcomeOf({ season, attempts }: Lived): Promise<SeasonOutcome> {
  const { world, plan, conditions, containers } = season;
  const alerts = alertsOf(world);
  const byModel = {
    alerts: Map.groupBy(alerts, ({ model }) => model),
    attempts: Map.groupBy(attempts ?? [], ({ model }) => model),
    executions: Map.groupBy(containers.executions, ({ model }) => model),
  };
  const general = byModel.alerts.get(null) ?? [];
  const verdicts = verdictsOf(plan, conditions);
  const rounds = verdicts.map(({ model, round, verdict }): RoundOutcome => {
    const submissions = world.numerai.submissionsOf(model.id, round.number).reverse();
    const during = (at: number) => isDuring(round, at);
    return {
      model,
      round,
      verdict,
      disturbances: disturbancesOf(plan, model, round),
      submissions,
      isWon: submissions.some(isGood(round)),
      attempts: (byModel.attempts.get(model.name) ?? []).filter((attempt) =>
        // Where Numerai could not be asked: it belongs to the round of its time.
        attempt.round === null ? during(Date.parse(attempt.requestedAt)) : attempt.round === round.number,
      ),
      executions: (byModel.executions.get(model.name) ?? []).filter((execution) => execution.round === round.number),
      alerts: [
        ...(byModel.alerts.get(model.name) ?? []).filter((alert) =>
          alert.round === null ? during(alert.at) : alert.round === round.number,
        ),
        ...general.filter(({ at }) => during(at)),
      ].sort((one, other) => one.at - other.at),
    };
  });
  const own = new Set(plan.models.map(ownGroup));
  const attributed = new Set(rounds.flatMap((round) => round.attempts));
  const outcome: SeasonOutcome = {
    rounds,
    executions: containers.executions.length,
    inFlight: (attempts ?? []).filter(({ hasEnded }) => !hasEnded),
    strays: (attempts ?? []).filter((attempt) => !attributed.has(attempt)),
    groupsLeft: world.resourceManager.groups.names.filter((name) => !own.has(name)),
  };
  await season.close();
  return outcome;
}

/** The oracle's verdict on each model's round. */
export function verdictsOf(plan: SeasonPlan, conditions: Lived['season']['conditions']) {
  return plan.models.flatMap((model) =>
    plan.roundsOf(model).map((round) => ({
      model,
      round,
      verdict: verdictOf({ conditions, model, round, happening: plan.of(model, round) }),
    })),
  );
}

/** Valid, and made while the round was open, as it turned out. */
const isGood =
  ({ open }: PlannedRound) =>
  ({ insertedAt, errorInfo }: Pick<Submission, 'insertedAt' | 'errorInfo'>): boolean =>
    errorInfo === null && open.some(({ from, to }) => from <= insertedAt.getTime() && insertedAt.getTime() < to);

const AFTERMATH_MS = 2 * HOUR;

function isDuring({ open, plannedOpen }: PlannedRound, at: number): boolean {
  return at >= plannedOpen - HOUR && at < (open.at(-1)?.to ?? plannedOpen) + AFTERMATH_MS;
}

/** Whether an alert came while a person could still do something. */
export function isToldInTime({ alerts, round }: Pick<RoundOutcome, 'alerts' | 'round'>): boolean {
  const [alert] = alerts;
  const close = round.open.at(-1)?.to;
  return alert !== undefined && close !== undefined && alert.at <= close - TIME_TO_ACT_MS;
}
