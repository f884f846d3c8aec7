// How a job stands, in words and colour.

import { type JobCondition, type JobHealth, jobHealthOf } from '../lib/operations/job-health.ts';
import type { JobStatus, Status } from '../lib/operations/status.ts';
import { someOf, together } from '../lib/util/sentences.ts';
import { atUtc, list, plural, sentence, utc } from './format.ts';
import { lookOf, pausedSentence, reasonOf } from './outcome.ts';
import type { Tone } from './tones.ts';

/** A job as the pages show it. */
export interface JobView {
  readonly status: JobStatus;
  readonly health: JobHealth;
  readonly tone: Tone;
  /** A few words for the badge. */
  readonly words: string;
  /** A sentence or two, where there is something to say. */
  readonly reason: string | null;
}

const TONES = {
  running: 'busy',
  stuck: 'warn',
  retrying: 'warn',
  paused: 'quiet',
  failed: 'bad',
  cancelled: 'warn',
  done: 'good',
  new: 'quiet',
} as const satisfies Record<JobCondition, Tone>;

/** Every job as it stands. */
export function jobViewsOf({ jobs, at }: Pick<Status, 'jobs' | 'at'>): JobView[] {
  return jobs.map((job) => jobViewOf(job, at));
}

/** A job as it stands at `now`. */
function jobViewOf(status: JobStatus, now: Date): JobView {
  const health = jobHealthOf(status);
  const { condition, run } = health;
  const shown = { status, health, tone: TONES[condition] };
  const paused = status.paused && pausedSentence(status.paused, now);
  if (condition === 'paused') return { ...shown, words: 'Paused', reason: paused };
  if (run === null) return { ...shown, words: 'Has not run yet', reason: null };
  return { ...shown, words: sentence(lookOf(run).words), reason: together(reasonOf(run), paused) };
}

/** What the overview says of jobs, the worst first; `a/b` is a for one job, b for several. */
const GROUPS: readonly (readonly [JobCondition, string])[] = [
  ['failed', 'has/have failed'],
  ['stuck', 'waits/wait for you'],
  ['retrying', 'waits/wait for another attempt'],
  ['cancelled', 'was/were cancelled'],
];

/** What the overview says of all jobs: `1 of 5 jobs has failed: a; 1 waits for you: b`. Null where nothing is wrong with any. */
export function jobsLine(views: readonly JobView[]): string | null {
  const parts = GROUPS.flatMap(([condition, text]) => {
    const names = views.filter(({ health }) => health.condition === condition).map(({ status }) => status.job.name);
    const words = text.replace(/(\w+)\/(\w+)/, names.length === 1 ? '$1' : '$2');
    return names.length === 0 ? [] : [{ count: names.length, said: `${words}: ${list(someOf(names))}` }];
  });
  if (parts.length === 0) return null;
  return parts
    .map(({ count, said }, index) => `${count}${index === 0 ? ` of ${plural(views.length, 'job')}` : ''} ${said}`)
    .join('; ');
}

/** When the next run comes, in words. */
export function nextWords({ job, nextAt, paused }: JobStatus, now: Date): string {
  if (job.schedule === null) return 'on request only';
  if (paused !== null) return 'none while it is paused';
  return nextAt === null ? 'never' : utc(nextAt, now);
}

/** What was left out since the last start; null where nothing was. */
export function skippedWords({ skipped }: JobStatus, now: Date): string | null {
  return skipped && `${plural(skipped.count, 'time')}, last ${atUtc(skipped.last, now)}: a run was under way`;
}
