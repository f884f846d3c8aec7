// The page of one run: what it is for, its attempts, and the log of one of them.

import type { Attempt } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { submittedAt } from '../../lib/runs/slots.ts';
import type { Kept, RunRecord } from '../../lib/runs/stores.ts';
import { costOfRun } from '../cost.ts';
import { list, moment, sentence } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { lookOf, lookOfAttempt, lookOfSlot, nameOf, reasonOf } from '../outcome.ts';
import { asking } from '../parts/actions.ts';
import { badge, factList, prose, table, unseen } from '../parts/elements.ts';
import { type Frame, page } from '../parts/layout.ts';
import { type LogSeen, lastLines, logSection } from '../parts/log.ts';
import { price, ranFor, runFacts } from '../parts/run-facts.ts';

export interface RunPageData {
  readonly record: RunRecord;
  /** The attempt whose log is shown; null where none was made. */
  readonly attempt: Attempt | null;
  readonly log: LogSeen;
  /** What is kept of that attempt, to be looked at; null where nothing is. */
  readonly kept: Kept | null;
  /** What a start is called that helps where it waits, or has ended badly; null where none does. */
  readonly start: 'Start' | 'Try now' | 'Retry' | null;
  /** How many attempts may fail; null where that is not known. */
  readonly allowed: number | null;
  /** What has just been done: a {@link Done}, where something was. */
  readonly done: string | null;
}

export type Done = 'started' | 'duplicate' | 'cancelled';

const DONE_WORDS: ReadonlyMap<string | null, string> = new Map<Done, string>([
  ['started', 'The run was requested. This page follows it.'],
  ['duplicate', 'Nothing was started: this run takes care of the round already.'],
  ['cancelled', 'The cancellation was asked for.'],
]);

const LIVE_SECONDS = 3;

/** The page of a run. */
export function runPage(frame: Frame, { record, attempt, log, kept, start, allowed, done }: RunPageData): string {
  const { run } = record;
  const { tone, words } = lookOf(run);
  const ended = hasEnded(run);
  const reason = reasonOf(run);
  const isOfRun = attempt?.number === run.attempt?.number;
  const title = `${run.model}, ${nameOf(run)}`;
  const at = (time: string | null) => time && moment(time, frame.now);
  return page(frame, {
    title: `${title}: ${words}`,
    tone,
    trail: [
      { text: run.model, href: links.model(run.model) },
      { text: nameOf(run), href: links.run(run.model, run.id) },
    ],
    ...(ended ? {} : { refreshSeconds: LIVE_SECONDS }),
    main: html`<section class="banner tone-${tone}" aria-labelledby="headline">
<h1 id="headline">${run.model}, <span class="whole">${nameOf(run)}</span></h1>
<div role="status">${DONE_WORDS.has(done) && html`<p><strong>${DONE_WORDS.get(done)}</strong></p>`}
<p class="fact-line">${badge(tone, sentence(words))} ${runFacts(run, frame.now, allowed)}</p></div>
${reason !== null && html`<p class="reason">${prose(reason)}</p>`}
<p class="actions">${start && asking(links.start(run.model), start, start === 'Start' ? run.model : 'this run', 'primary')}
${!ended && asking(links.cancel(run.model, run.id), 'Cancel', 'this run', 'tone-bad')}
<a class="button" href="${links.model(run.model)}">All runs${unseen(` of ${run.model}`)}</a></p>
${isOfRun && (tone === 'bad' || tone === 'warn') && lastLines(log)}
</section>
<section class="card"><h2>What happened</h2>${factList([
      ['Requested', at(run.requestedAt)],
      ['Trigger id', run.triggerId && html`<code>${run.triggerId}</code>`],
      [run.slots.length > 1 ? 'Last submission arrived' : 'Submission arrived', at(submittedAt(run))],
      ['Cost', costOfRun(run)],
      ['Run id', html`<code>${run.id}</code>`],
    ])}</section>
${run.slots.length > 1 && slotsCard(run, frame.now)}
${attempt !== null && attemptsCard(record, attempt, reason, frame.now)}
${logCard(attempt, log, kept, frame.now)}`,
  });
}

/** The models at Numerai, one below the other. */
function slotsCard(run: Run, now: Date): Html {
  const rows = run.slots.map((slot, index) => ({
    id: `slot-${index + 1}`,
    cells: [
      slot.model,
      badge(...lookOfSlot(slot, run)),
      slot.submittedAt && moment(slot.submittedAt, now),
      slot.id && html`<code>${slot.id}</code>`,
    ],
    reason: null,
  }));
  return html`<section class="card"><h2>Models at Numerai</h2>${table('Models at Numerai', ['Model', 'Submission', 'Arrived', 'Id'], rows)}</section>`;
}

/** @param said at the top of the page: what the newest attempt came to is not said again. */
function attemptsCard({ run, earlier }: RunRecord, chosen: Attempt, said: string | null, now: Date): Html {
  const attempts = [...earlier, ...(run.attempt === null ? [] : [run.attempt])];
  const heads = ['Attempt', 'Log', 'Outcome', 'Exit', 'Ran', 'Location', 'Cost'];
  const rows = attempts.map((attempt) => {
    const { number, exitCode, location, reason, lastResort } = attempt;
    const isChosen = number === chosen.number;
    return {
      id: `attempt-${number}`,
      cells: [
        lastResort ? `${number}, the last resort` : number,
        html`<a href="${links.attempt(run.model, run.id, number)}#log"${isChosen && html` aria-current="true"`}>Log${unseen(` of attempt ${number}`)}</a>${isChosen && ' below'}`,
        badge(...lookOfAttempt(attempt, run)),
        exitCode,
        ranFor(attempt, now),
        location,
        price(attempt.costUsd),
      ],
      reason: number === run.attempt?.number && reason !== null && said?.includes(reason) ? null : reason,
    };
  });
  return html`<section class="card"><h2>Attempts</h2>${table('Attempts', heads, rows)}</section>`;
}

function logCard(attempt: Attempt | null, log: LogSeen, kept: Kept | null, now: Date): Html {
  const title = attempt === null ? 'Log' : `Attempt ${attempt.number}`;
  const isLive = attempt !== null && attempt.outcome === null && attempt.acceptedAt !== null;
  return html`<section class="card" id="log"><h2>${title}${isLive && html` ${badge('busy', 'live')}`}</h2>
${attempt !== null && attemptFacts(attempt, kept, now)}${logSection(log)}</section>`;
}

/** What the table of attempts leaves out. */
function attemptFacts(attempt: Attempt, kept: Kept | null, now: Date): Html {
  const { cpu, memoryGB, execution, acceptedAt, meteredFrom, startedAt, finishedAt, failure, slots } = attempt;
  const at = (time: string | null) => time && moment(time, now);
  return factList([
    ['Start accepted', at(acceptedAt)],
    ['Image pull started', at(meteredFrom)],
    ['Container started', at(startedAt)],
    ['Ended', at(finishedAt)],
    ['For', slots && list(slots)],
    ['Execution', execution && html`<code>${execution}</code>`],
    ['Failure', failure && html`<code>${failure}</code>`],
    ['Kept to be looked at', kept && html`until ${moment(kept.until, now)}. ${kept.look}`],
    ['Size', cpu && memoryGB && `${cpu} vCPU, ${memoryGB} GB`],
  ]);
}
