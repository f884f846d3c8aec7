// GET /api/metrics: valid for Prometheus, and true.

import { beforeAll, describe, expect, test } from 'vitest';
import { createCallCounters } from '../../../src/lib/azure/call-counters.ts';
import { prometheusText } from '../../../src/lib/operations/prometheus.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../../functions/front-door.ts';

let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      groupNamed('good'),
      groupNamed('bad', { maxAttempts: 1 }),
      groupNamed('busy', { tournament: 'signals' }),
      groupNamed('never', { numeraiModels: ['some_slot'] }),
    ],
    behaviour: ({ name }) =>
      name.includes('busy') ? { endsAfter: Number.POSITIVE_INFINITY } : { exitCode: name.includes('bad') ? 3 : 0 },
  });
});

interface Parsed {
  /** By name and labels, as they stand in the line. */
  readonly values: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);

/**
 * Reads the text format as strictly as Prometheus' own checker: HELP and TYPE once and before the samples,
 * all lines of a metric together, no series twice, names and units as the conventions have them.
 */
function parse(text: string): Parsed {
  expect(text.endsWith('\n'), 'the last line ends').toBe(true);
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  let current = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      expect(helped, line).not.toContain(name);
      expect(rest).not.toBe('');
      helped.add(name);
      current = name;
    } else if (kind === 'TYPE') {
      expect(name, line).toBe(current);
      expect(types, line).not.toContain(name);
      expect(['gauge', 'counter']).toContain(rest);
      types.set(name, rest);
      expect(name.endsWith('_total'), line).toBe(rest === 'counter');
      expect(name).not.toMatch(/_(count|sum|bucket|gauge|counter|minutes|hours|days|ms)$/);
    } else {
      const [, metric, labels = '', value] = SAMPLE.exec(line) ?? [];
      expect(metric, line).toBe(current);
      expect(types.has(current), line).toBe(true);
      const names = [...labels.matchAll(/([a-zA-Z_]\w*)="/g)].map(([, label]) => label);
      expect(new Set(names).size, line).toBe(names.length);
      const series = `${metric}${labels}`;
      expect(values.has(series), `${line} twice`).toBe(false);
      expect(Number(value), line).not.toBeNaN();
      values.set(series, Number(value));
    }
  }
  return { values, types };
}

async function ask(): Promise<Parsed> {
  const answer = await door.call('/api/metrics');
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parse(answer.text);
}

describe('the metrics', () => {
  test('are valid before anything has happened', async () => {
    const { values } = await ask();
    expect(values.get('numerai_timer_recent{timer="watcher"}')).toBe(0);
    expect(values.has('numerai_timer_tick_age_seconds{timer="watcher"}')).toBe(false);
    expect(values.get('numerai_recent_runs{state="failed",trigger="webhook"}')).toBe(0);
    const ofNever = 'model="never",tournament="classic"';
    expect(values.get(`numerai_round_submitted{${ofNever}}`)).toBe(0);
    expect(values.get(`numerai_round_slot_submitted{${ofNever},slot="some_slot"}`)).toBe(0);
  });

  test('report what has happened', async () => {
    const begun = Date.now();
    await Promise.all(['good', 'bad'].map(async (model) => door.ended(await door.webhook(model))));
    await door.start('busy');
    const { faults } = door.environment.resourceManager.emulator;
    faults.add({ kind: 'status', status: 503, times: 1 });
    await door.tick();

    const { values } = await ask();
    const of = (model: string) => `{model="${model}",tournament="classic"}`;
    expect(values.get('numerai_recent_runs{state="succeeded",trigger="webhook"}')).toBe(1);
    expect(values.get('numerai_recent_runs{state="failed",trigger="webhook"}')).toBe(1);
    expect(values.get('numerai_runs_in_flight{model="busy",tournament="signals"}')).toBe(1);
    expect(values.get(`numerai_runs_in_flight${of('good')}`)).toBe(0);
    expect(values.get(`numerai_round_submitted${of('good')}`)).toBe(1);
    expect(values.get(`numerai_round_submitted${of('bad')}`)).toBe(0);
    const sinceBegun = (Date.now() - begun) / 1000 + 1;
    const submissionAge = values.get(`numerai_last_good_submission_age_seconds${of('good')}`);
    expect(submissionAge).toBeGreaterThanOrEqual(0);
    expect(submissionAge).toBeLessThan(sinceBegun);
    expect(values.has(`numerai_last_good_submission_age_seconds${of('bad')}`)).toBe(false);
    for (const tournament of ['classic', 'signals']) {
      const left = values.get(`numerai_round_left_seconds{tournament="${tournament}"}`);
      // The local round of a day opened an hour ago.
      expect(left).toBeGreaterThan(22 * 3600);
      expect(left).toBeLessThanOrEqual(23 * 3600);
    }
    expect(values.get('numerai_timer_recent{timer="watcher"}')).toBe(1);
    const tickAge = values.get('numerai_timer_tick_age_seconds{timer="watcher"}');
    expect(tickAge).toBeGreaterThanOrEqual(0);
    expect(tickAge).toBeLessThan(sinceBegun);
    const errors = [...values].filter(([series]) => series.includes('call_errors_total'));
    expect(errors).toEqual([
      [
        expect.stringMatching(
          /^numerai_external_call_errors_total\{service="resource-manager",failure="unavailable",process="\w{8}"\}$/,
        ),
        1,
      ],
    ]);
  });
});

test('what labels hold is escaped', () => {
  const text = prometheusText([
    {
      name: 'a_metric',
      type: 'gauge',
      help: 'A help text.',
      samples: [
        { labels: { model: 'a"b\\c\nd' }, value: 1.5 },
        { value: 2 },
        { labels: { model: 'e' }, value: Number.NaN },
      ],
    },
  ]);
  expect(text).toBe(
    [
      '# HELP a_metric A help text.',
      '# TYPE a_metric gauge',
      'a_metric{model="a\\"b\\\\c\\nd"} 1.5',
      'a_metric 2',
      'a_metric{model="e"} NaN',
      '',
    ].join('\n'),
  );
});

test('failed calls are counted by service and kind', () => {
  const counters = createCallCounters('p1');
  const event = { operation: 'x', attempt: 1, status: null, message: '' };
  counters.count({ ...event, service: 'numerai', failure: 'throttled' });
  counters.count({ ...event, service: 'numerai', failure: 'throttled' });
  counters.count({ ...event, service: 'alert', failure: 'refused' });
  // A row that is not there is an answer.
  counters.count({ ...event, service: 'table-storage', failure: 'refused', status: 404 });
  expect(counters.read()).toEqual([
    { service: 'numerai', failure: 'throttled', count: 2 },
    { service: 'alert', failure: 'refused', count: 1 },
  ]);
});
