// GET /api/runs: runs, newest first, a page at a time.

import * as z from 'zod/mini';
import type { Services } from '../app.ts';
import { isEntryName } from '../lib/config/entry-fields.ts';
import { findEntry } from '../lib/config/models.ts';
import { readKept } from '../lib/operations/kept.ts';
import { listRuns } from '../lib/operations/list-runs.ts';
import { RUN_STATES } from '../lib/runs/run.ts';
import { RUN_ID } from '../lib/runs/run-id.ts';
import { baseUrl, type HttpFunction, valid } from './http/handler.ts';
import { json } from './http/responses.ts';
import { runJson } from './http/run-json.ts';

const LIMIT = 'a whole number from 1 to 100';

/** Other members, such as a key, are dropped: they must not come back in a link. */
export const runsQuery = z.object({
  model: z.optional(z.string()),
  state: z.optional(z.enum(RUN_STATES, `one of ${RUN_STATES.join(', ')}`)),
  limit: z._default(z.pipe(z.string().check(z.regex(/^([1-9]\d?|100)$/, LIMIT)), z.transform(Number)), 20),
  after: z.optional(z.string().check(z.regex(RUN_ID, 'the id of a run, as the link `next` gives it'))),
});

export const runs: HttpFunction = {
  methods: ['GET'],
  route: 'runs',
  async handle(call) {
    const { request, services } = call;
    const given = [...request.query].filter(([, value]) => value !== '');
    const query = valid(runsQuery, Object.fromEntries(given));
    const { model, state = null, limit, after = null } = query;
    const models = model === undefined ? await modelsWithRuns(services) : [{ name: model }];
    // One that models.json no longer has may still have runs.
    if (model !== undefined && !isEntryName(model)) findEntry(services.entries, model);
    const page = await listRuns(services, { models, state, limit, after });
    if (model !== undefined && page.records.length === 0 && after === null) findEntry(services.entries, model);
    const base = baseUrl(call);
    const kept = await readKept(services, page.records);
    return json(200, {
      runs: page.records.map((record) => runJson(record, base, kept)),
      unreadable: page.unreadable,
      next: page.next === null ? null : nextLink(base, { ...query, after: page.next }),
    });
  },
};

/** Those of models.json, and those that have a run in flight all the same. */
async function modelsWithRuns({ entries: known, inFlight }: Services): Promise<{ readonly name: string }[]> {
  const { entries } = await inFlight.read();
  const names = new Set([...known.map(({ name }) => name), ...entries.map((entry) => entry.model).filter(isEntryName)]);
  return [...names].map((name) => ({ name }));
}

function nextLink(base: string, query: z.output<typeof runsQuery>): string {
  const url = new URL(`${base}/api/runs`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url.href;
}
