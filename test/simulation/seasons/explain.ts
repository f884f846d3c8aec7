// The story of one model's round: what was planned, what the clairvoyant would have done, what was done.

import type { Attempt } from '../app/record.ts';
import { outagesFor } from './disturbed.ts';
import { MINUTE } from './draw.ts';
import { lossOf } from './losses.ts';
import type { RoundOutcome } from './outcomes.ts';
import type { SeasonPlan } from './plan.ts';

export function storyOf(plan: SeasonPlan, outcome: RoundOutcome): string {
  const { model, round, verdict } = outcome;
  const { webhooks, fault, hiccup, slowPullMs, neededMemoryGB, listedAfterMs, byHandAt } = plan.of(model, round);
  const loss = lossOf(outcome);
  const facts: readonly (readonly [string, string | null])[] = [
    ['model', modelLine(outcome)],
    ['round', `${round.number}: ${round.open.map(spanOf).join(' and ') || 'did not take place'}${changed(round)}`],
    ['data', round.dataAt > (round.open[0]?.from ?? 0) ? `late, at ${time(round.dataAt)}` : null],
    ['webhook', webhooks.map((call) => `${time(call.at)} for round ${call.round}`).join(', ') || 'none'],
    ['container', fault === null ? null : `the first: ${fault}`],
    ['start', hiccup === null ? null : `the first: ${hiccup}`],
    ['pull', slowPullMs > 0 ? `takes ${minutes(slowPullMs)} longer` : null],
    ['memory', neededMemoryGB > model.memoryGB ? `needs ${neededMemoryGB} GB` : null],
    ['listed', listedAfterMs > 0 ? `${minutes(listedAfterMs)} after the submission` : null],
    ['by hand', byHandAt === null ? null : time(byHandAt)],
    ...outagesFor(plan, model, round).map(
      ({ kind, region, from, to, way }) =>
        ['disturbed', `${kind} ${region ?? ''} ${spanOf({ from, to })} (${way})`] as const,
    ),
    ...(verdict.isPossible
      ? verdict.starts.map(
          ({ at, location, ends, how }) =>
            ['clairvoyant', `starts ${time(at)} in ${location}, ${how} ${time(ends)}`] as const,
        )
      : [['clairvoyant', `could not: ${verdict.because}`] as const]),
    ...outcome.attempts.map((attempt) => ['attempt', attemptLine(attempt)] as const),
    ...outcome.executions.map(({ at, how }) => ['execution', `runs from ${time(at)}: ${how}`] as const),
    ...outcome.alerts.map(({ at, kind, title }) => ['alert', `${time(at)} ${kind}: ${title}`] as const),
    ...outcome.submissions.map(
      ({ insertedAt, late, errorInfo }) =>
        [
          'submission',
          `${time(insertedAt.getTime())}${late ? ', late' : ''}${errorInfo === null ? '' : `, not valid: ${errorInfo}`}`,
        ] as const,
    ),
    [
      'came of it',
      loss === null
        ? outcome.isWon
          ? 'won'
          : 'not possible'
        : `lost: ${loss.cause}${loss.isExplained ? '' : ', unexplained'}`,
    ],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(12)} ${value}`])).join('\n');
}

function modelLine({ model }: RoundOutcome): string {
  const { name, tournament, kind, locations, image, cpu, memoryGB, maxMemoryGB, timeoutMinutes, workMs, notReadyExit } =
    model;
  const size = `${cpu} cores, ${memoryGB}${maxMemoryGB === null ? '' : `–${maxMemoryGB}`} GB`;
  return `${name}, ${tournament}, ${kind} of ${image} in ${locations.join(', ')}, ${size}, limit ${timeoutMinutes} min, works ${minutes(workMs)}, exit ${notReadyExit} without data`;
}

function changed({ changes }: RoundOutcome['round']): string {
  return changes.map(({ at }) => `, as made known at ${time(at)}`).join('');
}

function attemptLine(attempt: Attempt): string {
  const { number, trigger, state, failure, submission, reason, location, exitCode } = attempt;
  const times = [attempt.requestedAt, attempt.acceptedAt, attempt.startedAt, attempt.finishedAt];
  const [requested, accepted, started, finished] = times.map((at) => (at === null ? '–' : time(Date.parse(at))));
  return `${number} by ${trigger} in ${location ?? 'no region'}: requested ${requested}, accepted ${accepted}, ran ${started} to ${finished}, exit ${exitCode ?? '–'}; ${state}, ${failure ?? 'no failure'}, ${submission}. ${reason ?? ''}`;
}

const spanOf = ({ from, to }: { readonly from: number; readonly to: number }) => `${time(from)} to ${time(to)}`;
const time = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const minutes = (milliseconds: number) => `${(milliseconds / MINUTE).toFixed(1)} min`;
