// What the record says where a container has ended well, and a submission is missing.

import type { Run } from '../runs/run.ts';
import { shortfall } from '../runs/slots.ts';
import { utcMinute } from '../util/clock.ts';
import { quoteEnd } from '../util/quote.ts';
import { together } from '../util/sentences.ts';
import { byOtherMeans, rejectedReasons, TOLD } from '../verification/reasons.ts';
import type { Findings } from './slots-after.ts';

/** Why an attempt whose container has ended well has failed. @param run with its slots as they are after it. */
export function missingReason(
  run: Pick<Run, 'model' | 'round' | 'slots'>,
  { missing, rejected, wrong, untold }: Findings,
  log: string | null,
): string | null {
  const short = shortfall(run);
  const of = run.round === null ? 'since the run was requested' : `for round ${run.round}`;
  const lead =
    short !== null
      ? `The container ended with exit code 0. ${short}.`
      : missing.length > 0
        ? `The container ended with exit code 0, but brought no submission of ${run.model} ${of}.`
        : null;
  const [first] = missing;
  return together(
    lead,
    missing.length > 0 ? endOfLog(log) : null,
    short === null && first !== undefined ? elsewhere(first) : null,
    ...rejectedReasons(run, rejected),
    untold.length > 0 ? 'No container was told of it yet, since Numerai could not be asked for its id.' : null,
    ...wrong.slice(0, TOLD).map(({ error }) => error.message),
  );
}

/** What Numerai has instead of the attempt's submission, in a sentence. */
function elsewhere({ other, earlier }: Findings['missing'][number]): string | null {
  if (earlier !== null)
    return `The submission that Numerai has, of ${utcMinute(earlier.insertedAt)}, is of an earlier attempt.`;
  return other === null ? null : byOtherMeans(other);
}

function endOfLog(log: string | null): string {
  if (log === null) return 'Its log could not be read yet; the page of the attempt shows it later.';
  const end = quoteEnd(log, 5, 600);
  return end === '' ? 'It wrote no log.' : `The end of its log: ${end}`;
}
