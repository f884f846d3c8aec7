// The clairvoyant: knows the whole season, and so whether any schedule of starts could have submitted on time. Pure: the
// plan in, a verdict out. Its rules are those of docs/seasons.md.

import { type Delays, REALISTIC_DELAYS } from '../../../local/emulators/resource-manager/delays.ts';
import type { Conditions } from './conditions.ts';
import { MINUTE, SECOND } from './draw.ts';
import type { ModelRound } from './model-round.ts';
import type { SeasonModel } from './models.ts';
import type { PlannedRound } from './rounds.ts';

/** From the running container to the moment at which its program asks for the data. */
export const ASKS_AFTER_MS = 5 * SECOND;
/** From the accepted start of an image that pulls quickly to when its program asks for the data. */
const START_MS = startMsOf(REALISTIC_DELAYS) + ASKS_AFTER_MS;
/** The part of the work after which a program that crashes does so, or one that is killed. */
export const CRASHES_AT = 0.5;
export const KILLED_AT = 0.6;
/** From the time limit to a group that can be started again. */
const STOP_MS = REALISTIC_DELAYS.stopping + REALISTIC_DELAYS.deleting;
/** A call that finds the timers silent may do their work for so long. */
const CALL_MS = 10 * SECOND;

export interface ScheduledStart {
  readonly at: number;
  readonly location: string;
  /** What comes of it: a submission, or what the participant's program does wrong. */
  readonly ends: number;
  readonly how: 'submits' | 'memory' | NonNullable<ModelRound['fault']>;
}

export type Verdict =
  | { readonly isPossible: true; readonly starts: readonly ScheduledStart[] }
  | { readonly isPossible: false; readonly because: string };

interface Question {
  readonly conditions: Conditions;
  readonly model: SeasonModel;
  readonly round: PlannedRound;
  readonly happening: ModelRound;
  /** From the accepted start to when its program asks for the data, milliseconds; default: as in a season. */
  readonly startMs?: number;
}

/** From the accepted start to the running container, milliseconds. */
export function startMsOf({ accept, pulling, starting }: Pick<Delays, 'accept' | 'pulling' | 'starting'>): number {
  return accept + pulling + starting;
}

/** @param wrong what its program does wrong, in this order; default: what the plan of the season says. */
export function verdictOf(
  question: Question,
  wrong: readonly WrongStart[] = wrongStartsOf(question.model, question.happening),
): Verdict {
  const { model, round, happening } = question;
  const [first, last] = [round.open[0], round.open.at(-1)];
  if (first === undefined || last === undefined) return { isPossible: false, because: 'the round did not take place' };
  if (happening.byHandAt !== null) return { isPossible: true, starts: [] };
  if (happening.neededMemoryGB > (model.maxMemoryGB ?? model.memoryGB))
    return { isPossible: false, because: 'the work needs more memory than the participant allows' };
  const starts: ScheduledStart[] = [];
  let from = first.from;
  // What its program does wrong must be gone through first, as early as it goes: being done earlier leaves all that
  // being done later leaves.
  for (const { how, ms, next = (end: number) => end } of wrong) {
    const start = search(question, from, last.to, (at) => workingStart(question, at));
    if (typeof start === 'string') return { isPossible: false, because: start };
    const ends = start.asks + ms;
    starts.push({ at: start.at, location: start.location, ends, how });
    from = next(ends);
  }
  const good = search(question, from, last.to, (at) => {
    const start = workingStart(question, at);
    if (typeof start === 'string') return start;
    const submits = start.asks + model.workMs;
    if (!round.open.some((span) => span.from <= submits && submits < span.to)) return 'too little time was left';
    return question.conditions.numeraiWorks(submits) ? { ...start, submits } : 'Numerai took no submission';
  });
  if (typeof good === 'string') return { isPossible: false, because: good };
  return {
    isPossible: true,
    starts: [...starts, { at: good.at, location: good.location, ends: good.submits, how: 'submits' }],
  };
}

/** A container that will not submit. */
export interface WrongStart {
  readonly how: Exclude<ScheduledStart['how'], 'submits'>;
  /** How long it takes, from when it asks for its data. */
  readonly ms: number;
  /** When another may start; default: at once. */
  readonly next?: (ends: number) => number;
}

function wrongStartsOf(
  { workMs, memoryGB, timeoutMinutes }: SeasonModel,
  { fault, neededMemoryGB }: ModelRound,
): readonly WrongStart[] {
  const memory = neededMemoryGB > memoryGB ? [{ how: 'memory' as const, ms: workMs * KILLED_AT }] : [];
  if (fault === null) return memory;
  const ms = {
    crash: workMs * CRASHES_AT,
    killed: workMs * KILLED_AT,
    // Nobody can tell a container that hangs from one that works, before its time is over.
    hang: timeoutMinutes * MINUTE - ASKS_AFTER_MS + STOP_MS,
    'no submission': workMs,
    rejected: workMs,
  }[fault];
  return [...memory, { how: fault, ms }];
}

/** The first moment that does. @returns the last obstacle where there is none. */
function search<T>(question: Question, from: number, to: number, tryAt: (at: number) => T | string): T | string {
  let obstacle = 'too little time was left';
  for (const at of momentsOf(from, to, question)) {
    const found = tryAt(at);
    if (typeof found !== 'string') return found;
    // What stood in the way until no time was left is the cause, not that in the end none was.
    if (found !== 'too little time was left') obstacle = found;
  }
  return obstacle;
}

/** Whole minutes, when the app's timer fires, the calls of the model's own webhook, and those that wake the app. */
function* momentsOf(from: number, to: number, { happening, conditions }: Question): Generator<number> {
  const own = happening.webhooks.map(({ at }) => at);
  const calls = [...new Set([...own, ...conditions.wakingCalls(from, to)])]
    .filter((at) => at >= from && at < to && at % MINUTE !== 0)
    .sort((one, other) => one - other);
  for (let at = Math.floor(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
    if (at >= from) yield at;
    for (const call of calls) if (call > at && call < at + MINUTE) yield call;
  }
}

interface WorkingStart {
  readonly at: number;
  readonly location: string;
  /** When its program asks for the data, and gets it. */
  readonly asks: number;
}

/** A start at this moment whose container gets to work, or what is in its way. */
function workingStart(
  { conditions, model, round, happening, startMs = START_MS }: Question,
  at: number,
): WorkingStart | string {
  const down = (kind: Parameters<Conditions['find']>[0], region?: string) =>
    conditions.find(kind, at, region) !== undefined;
  if (!conditions.appRuns(at)) return 'the app was stopped';
  if (!conditions.appIsAwake(at, CALL_MS)) return 'the timers did not fire, and nobody called';
  if (down('tables')) return 'Table Storage did not answer';
  if (down('resource-manager')) return 'Resource Manager did not answer';
  if (down('role-groups')) return 'the role on the container groups was not known';
  if (model.kind === 'image' && down('key-vault')) return 'Key Vault did not answer';
  if (model.kind === 'image' && down('role-vault')) return 'the role on the vault was not known';
  if (conditions.isThrottled(model, at)) return 'the registry asked to be left alone';
  const location = model.locations.find(
    (region) =>
      !down('full', region) &&
      !down('region', region) &&
      !(model.kind === 'image' && conditions.isOverQuota(model, region, at)),
  );
  if (location === undefined) return 'no region took it';
  const asks = at + startMs + happening.slowPullMs;
  if (asks < round.dataAt) return 'the data was late';
  if (!conditions.numeraiWorks(asks)) return 'Numerai gave no data';
  return { at, location, asks };
}
