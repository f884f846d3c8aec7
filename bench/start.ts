// A start that meets one fault: how long after the webhook the container starts, and how many times. Beside it the Azure
// client with the retries that it makes by itself.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../local/emulators/faults.ts';
import type { Environment } from '../local/environment/environment.ts';
import type { Host } from '../local/host/host.ts';
import { appFolder, benchEnvironment, imageModel, LATENCY_MS, ROUND, setLatency } from './environment.ts';
import { median, ms, printTable, ratio, timed } from './numbers.ts';

const TIMES = 5;
const LIMIT_MS = 5_000;
const KINDS = ['image', 'group'] as const;
type Kind = (typeof KINDS)[number];

const FAULTS = {
  'no fault': null,
  'one 503': { kind: 'status', status: 503 },
  'one 429, Retry-After 2 s': { kind: 'status', status: 429, retryAfterSeconds: 2 },
  'one answer lost': { kind: 'drop-after' },
  'one connection broken': { kind: 'drop-before' },
} as const satisfies Record<string, Fault | null>;
type FaultName = keyof typeof FAULTS;
const NAMES = Object.keys(FAULTS) as FaultName[];

/** The warm-up, then one for each measurement. */
const COUNT = 1 + TIMES * NAMES.length;
const modelNames = (kind: Kind) => Array.from({ length: COUNT }, (_, index) => `${kind}-${index}`);
const ofSdk = (name: string) => `sdk-${name}`;
const MODELS = [
  ...modelNames('image').map(imageModel),
  ...modelNames('group').map((name) => ({ name, tournament: 'classic', container: { group: name } })),
];

interface Measured {
  /** From the call to the start that Azure accepted, milliseconds. */
  readonly started: number[];
  /** From the call to its answer. */
  readonly answered: number[];
  executions: number;
  /** Calls that were answered with an error, whatever was started. */
  errors: number;
}

interface Side {
  readonly label: string;
  /** Calls the function that starts the container group. */
  readonly call: (kind: Kind, index: number) => Promise<Response>;
  readonly groupOf: (kind: Kind, index: number) => string;
  /** By kind and fault. */
  readonly results: Map<string, Measured>;
}

export async function benchStart(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
  const environment = await benchEnvironment(MODELS);
  try {
    for (const name of [...modelNames('group'), ...modelNames('group').map(ofSdk)])
      environment.resourceManager.createGroup({ name, image: 'example.org/some:1' });
    const app = await environment.addHost({ appFolder: await appFolder(folder, 'app') });
    const others = await environment.addHost({ appFolder: await appFolder(folder, 'handlers') });
    const sides = [webhookOf(app), sdkOf(others)];
    setLatency(environment, true);
    let index = 0;
    for (const kind of KINDS) for (const side of sides) await measure(environment, side, kind, null, index);
    // In turns, so that whatever else the machine does befalls all alike.
    for (let turn = 0; turn < TIMES; turn++) {
      for (const name of NAMES) {
        index += 1;
        for (const kind of KINDS) for (const side of sides) await measure(environment, side, kind, name, index);
      }
    }
    print(sides);
  } finally {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function webhookOf({ url }: Host): Side {
  const call = (kind: Kind, index: number) =>
    fetch(`${url}/api/webhook/${kind}-${index}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ roundNumber: String(ROUND), triggerId: 'bench', isTest: false, dataVersion: 5 }),
    });
  const groupOf = (kind: Kind, index: number) => (kind === 'group' ? `group-${index}` : `image-${index}-r${ROUND}-a1`);
  return { label: 'the webhook', call, groupOf, results: new Map() };
}

function sdkOf({ url }: Host): Side {
  const groupOf = (kind: Kind, index: number) => ofSdk(`${kind}-${index}`);
  const call = (kind: Kind, index: number) =>
    fetch(`${url}/api/sdk/${kind}/${groupOf(kind, index)}`, { method: 'POST' });
  return { label: "the client's own retries", call, groupOf, results: new Map() };
}

/** @param name null: only to warm up. */
async function measure(
  environment: Environment,
  { label, call, groupOf, results }: Side,
  kind: Kind,
  name: FaultName | null,
  index: number,
): Promise<void> {
  const group = groupOf(kind, index);
  const fault = name === null ? null : FAULTS[name];
  const path = kind === 'group' ? `/${group}/start\\?` : `/${group}\\?`;
  const method = kind === 'group' ? 'POST' : 'PUT';
  if (fault !== null)
    environment.emulators.resourceManager?.faults.add({ ...fault, match: { method, path }, times: 1 });
  const calledAt = Date.now();
  const { took, result } = await timed(() => call(kind, index));
  const starts = environment.resourceManager.groups.startsOf(group);
  const [first] = starts;
  if (first === undefined)
    throw new Error(`After ${name}, ${label} started nothing, and answered ${result.status}: ${await result.text()}`);
  if (name === null) return;
  const key = `${kind} ${name}`;
  const measured = results.get(key) ?? { started: [], answered: [], executions: 0, errors: 0 };
  measured.started.push(first.at.getTime() - calledAt);
  measured.answered.push(took);
  measured.executions += starts.length;
  if (result.status !== 200) measured.errors += 1;
  results.set(key, measured);
}

const LABELS = { image: 'made for the run', group: 'existing group' } as const satisfies Record<Kind, string>;
const both = (times: readonly number[]): string => `${ms(median(times))}, ${ms(Math.max(...times))}`;

function print([ours, sdk]: readonly Side[]): void {
  const rows = KINDS.flatMap((kind) =>
    NAMES.map((name) => {
      const key = `${kind} ${name}`;
      const [here, other] = [ours?.results.get(key), sdk?.results.get(key)];
      if (here === undefined || other === undefined) throw new Error(`${key} was not measured.`);
      return [
        `${LABELS[kind]}: ${name}`,
        both(here.started),
        both(other.started),
        ratio(median(here.started), median(other.started)),
        both(here.answered),
        ...[here, other].map(({ executions, errors }) => `${executions / TIMES}, ${errors / TIMES}`),
      ];
    }),
  );
  printTable(
    `From the call to the start that Azure accepts, with tables ${LATENCY_MS.tables} ms, vault ${LATENCY_MS.keyVault} ms, Resource Manager and Numerai ${LATENCY_MS.resourceManager} ms (${TIMES} each; median, worst)`,
    ['', 'webhook', "client's own retries", 'ratio', 'webhook answered', 'starts, errors for each call', 'client'],
    rows,
  );
  const worst = Math.max(...[...(ours?.results.values() ?? [])].flatMap(({ started }) => started));
  const said = worst <= LIMIT_MS ? 'All' : 'NOT all';
  console.log(`\n${said} within ${LIMIT_MS / 1000} s of the webhook; the worst after ${ms(worst)}.`);
}
