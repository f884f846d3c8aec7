// How often what goes wrong: the only place that says so. `npm run seasons -- --rates` prints it.

interface Rate {
  /** The chance for each of what `per` names. */
  readonly chance: number;
  readonly per: 'region and day' | 'day' | 'round' | "model's round";
  /** How long it lasts, or how late it is; in minutes, evenly spread. */
  readonly minutes: readonly [number, number] | null;
  readonly what: string;
}

/** A day is one on which rounds open, the weekend one of them: five a week. Each begins around the opening. */
export const RATES = {
  full: {
    chance: 0.03,
    per: 'region and day',
    minutes: [5, 90],
    what: 'a region has no room, said at once or after acceptance',
  },
  quota: {
    chance: 0.008,
    per: 'region and day',
    minutes: [5, 45],
    what: 'other containers use the cores of a region: half of the models are refused',
  },
  region: {
    chance: 0.006,
    per: 'region and day',
    minutes: [5, 90],
    what: 'Resource Manager does not answer for a region',
  },
  'resource-manager': { chance: 0.008, per: 'day', minutes: [3, 30], what: 'Resource Manager does not answer at all' },
  'key-vault': { chance: 0.008, per: 'day', minutes: [5, 40], what: 'Key Vault does not answer' },
  tables: { chance: 0.008, per: 'day', minutes: [3, 25], what: 'Table Storage does not answer' },
  numerai: {
    chance: 0.012,
    per: 'day',
    minutes: [3, 40],
    what: 'Numerai does not answer, or answers "Internal server error"',
  },
  registry: {
    chance: 0.012,
    per: 'day',
    minutes: [4, 25],
    what: 'the registry asks to be left alone (RegistryErrorResponse)',
  },
  'role-groups': {
    chance: 0.008,
    per: 'day',
    minutes: [2, 10],
    what: 'the role on the container groups is not known to Azure',
  },
  'role-vault': { chance: 0.006, per: 'day', minutes: [2, 10], what: 'the role on the vault is not known to Azure' },
  revoked: {
    chance: 0.006,
    per: 'day',
    minutes: [20, 240],
    what: "Numerai's API key is revoked until a person has put in another",
  },
  stopped: { chance: 0.008, per: 'day', minutes: [10, 180], what: 'the app is stopped' },
  deployed: { chance: 0.04, per: 'day', minutes: [0.3, 1], what: 'the app is deployed: a new instance in mid-run' },
  'rolled back': {
    chance: 0.008,
    per: 'day',
    minutes: [0.3, 1],
    what: 'the app is deployed, and again some minutes later',
  },
  timers: { chance: 0.008, per: 'day', minutes: [30, 300], what: 'the timers of the app do not fire; HTTP goes on' },
  'data late': {
    chance: 0.012,
    per: 'round',
    minutes: [1, 40],
    what: 'the data of the round is late: programs end with 1 or 75',
  },
  'opens late': { chance: 0.01, per: 'round', minutes: [10, 90], what: 'the round opens and closes later' },
  extended: { chance: 0.01, per: 'round', minutes: [20, 90], what: 'the round closes later, said while it is open' },
  reopened: {
    chance: 0.004,
    per: 'round',
    minutes: [30, 90],
    what: 'the round is opened again, ten minutes after it closed',
  },
  cancelled: { chance: 0.003, per: 'round', minutes: null, what: 'the round does not take place' },
  'no webhook': { chance: 0.01, per: "model's round", minutes: null, what: 'Numerai does not call' },
  'two webhooks': { chance: 0.01, per: "model's round", minutes: [0, 180], what: 'Numerai calls again' },
  'late webhook': { chance: 0.01, per: "model's round", minutes: [5, 50], what: 'Numerai calls late' },
  'early webhook': {
    chance: 0.004,
    per: "model's round",
    minutes: [5, 40],
    what: 'Numerai calls before the round opens, and not again',
  },
  'wrong webhook': {
    chance: 0.006,
    per: "model's round",
    minutes: null,
    what: 'Numerai names a round that cannot be, or the one before',
  },
  hiccup: {
    chance: 0.01,
    per: "model's round",
    minutes: null,
    what: 'the first start is answered 503 or 429, or dropped, or carried out without an answer',
  },
  'slow pull': {
    chance: 0.02,
    per: "model's round",
    minutes: [8, 28],
    what: 'the image takes long to pull, whenever it is pulled',
  },
  crash: { chance: 0.012, per: "model's round", minutes: null, what: 'the first container ends with 1 in mid-work' },
  killed: {
    chance: 0.004,
    per: "model's round",
    minutes: null,
    what: 'the first container is killed with 137 in mid-work',
  },
  memory: { chance: 0.004, per: "model's round", minutes: null, what: 'the work needs 1.4 times the memory' },
  hang: { chance: 0.004, per: "model's round", minutes: null, what: 'the first container never ends' },
  'no submission': {
    chance: 0.006,
    per: "model's round",
    minutes: null,
    what: 'the first container ends with 0 and has not submitted',
  },
  rejected: {
    chance: 0.006,
    per: "model's round",
    minutes: null,
    what: "Numerai finds the first container's submission not valid",
  },
  'listed late': { chance: 0.01, per: "model's round", minutes: [1, 10], what: 'Numerai lists submissions late' },
  'by hand': { chance: 0.003, per: "model's round", minutes: [1, 9], what: 'a person submits, and nobody calls' },
} as const satisfies Record<string, Rate>;

export type Disturbance = keyof typeof RATES;

/** The table, for people. */
export function ratesTable(): string {
  return Object.entries<Rate>(RATES)
    .map(([name, { chance, per, minutes, what }]) => {
      const often = `${(chance * 100).toFixed(1)} % for each ${per === 'round' ? "tournament's round" : per}`;
      const long = minutes === null ? '' : `${minutes.join('–')} min`;
      return `${name.padEnd(17)} ${often.padEnd(34)} ${long.padStart(11)}  ${what}`;
    })
    .join('\n');
}
