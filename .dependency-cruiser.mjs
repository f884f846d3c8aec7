// The layers of src/, as rules: `npm run check` fails where an import goes upwards, or round in a circle.
// CONTRIBUTING.md says what lives in each room.

/** The rooms of the domain, from top to bottom. A room imports from those below it, never from those above. */
const ROOMS = [
  'fallback',
  'alerts',
  'operations',
  'watch',
  'jobs',
  'start',
  'claims',
  'verification',
  'compute',
  'rounds',
  'runs',
  'config',
  'util',
];

/** The rooms that implement the domain's ports: only the composition root knows them. */
const ADAPTERS = ['storage', 'numerai', 'azure', 'compute/[^/]+'];

/** What decides: pure functions over plain data. They import nothing that reads, waits or writes. */
const DECISIONS = [
  'src/lib/alerts/(alert|decisions|event|gone-receiver|numerai-key|round-summary|trouble|words)\\.ts',
  'src/lib/claims/(keys|policy|reopen)\\.ts',
  'src/lib/compute/(answers|container|environment|refusals)\\.ts',
  // Of every adapter: the rest of its files asks the platform.
  'src/lib/compute/[^/]+/(diagnoses|diagnoses-of-options|diagnosis|existing-group|execution|failures|health|job|observe|prepared|price|remedies|request|specification|template|volumes)\\.ts',
  'src/lib/config/([a-z-]+-schema|container-kinds|container-options|entry-fields|fields|fingerprint|json-fault|models|numerai-models|regions|registry-of|schedule|schedule-fields|secret-names|settings|taken-twice)\\.ts',
  'src/lib/fallback/(correction|decide)\\.ts',
  'src/lib/jobs/(due|words)\\.ts',
  'src/lib/operations/(job-health|metrics|model-health|one-cause|prometheus)\\.ts',
  'src/lib/rounds/(round|documented-hours|last-known|standing)\\.ts',
  'src/lib/runs/(attempt|failure|new-run|pause|run|slots|summary|timers|timing|usual-duration)\\.ts',
  'src/lib/start/(backoff|nothing-left|to-be-kept|webhook-body)\\.ts',
  'src/lib/verification/(decide|reasons)\\.ts',
  'src/lib/watch/(clean-hour|decide|diagnoses|due-kept|ending|log-text|missing-reason|moments|next-attempt|of-use|opening|out-of-sight|slots-after|urgency|verdict|window)\\.ts',
  'src/dashboard/(pages|parts)/',
].join('|');

/** What of the rest of the domain a decision may use: the types and errors of ports, and what is common to all. */
const FOR_DECISIONS = [
  'src/lib/alerts/formats/',
  'src/lib/compute/platform\\.ts',
  'src/lib/config/secrets\\.ts',
  'src/lib/runs/(schema|run-id|stores)\\.ts',
  'src/lib/util/',
  'src/lib/verification/submission-source\\.ts',
].join('|');

const adapterPath = `^src/lib/(${ADAPTERS.join('|')})/`;

const downwards = ROOMS.slice(1).map((room, index) => ({
  name: `${room}-imports-downwards`,
  severity: 'error',
  comment: `src/lib/${room} is below ${ROOMS.slice(0, index + 1).join(', ')}.`,
  from: { path: `^src/lib/${room}/`, pathNot: adapterPath },
  to: { path: `^src/lib/(${ROOMS.slice(0, index + 1).join('|')})/` },
}));

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A file that needs itself to be understood cannot be understood. Types count.',
      from: { path: '^(src|cli|local)/' },
      to: { circular: true },
    },
    ...downwards,
    {
      name: 'only-the-composition-root-knows-adapters',
      severity: 'error',
      comment: 'The domain declares ports; app.ts puts the adapters behind them.',
      from: { path: '^src/', pathNot: `^src/(app|main)\\.ts$|${adapterPath}` },
      to: { path: adapterPath },
    },
    {
      name: 'adapters-do-not-know-the-domain-above-their-ports',
      severity: 'error',
      comment: 'An adapter implements a port; it does not use what is built on it.',
      from: { path: adapterPath },
      to: { path: '^src/lib/(fallback|watch|start)/' },
    },
    {
      name: 'lib-does-not-know-its-callers',
      severity: 'error',
      comment: 'The domain knows neither HTTP, nor pages, nor how it is put together.',
      from: { path: '^src/lib/' },
      to: { path: '^src/(functions|dashboard|app\\.ts|main\\.ts)|^node_modules/@azure/functions/' },
    },
    {
      name: 'no-loose-file-in-lib',
      severity: 'error',
      comment: 'Every file of src/lib has a room.',
      from: {},
      to: { path: '^src/lib/[^/]+$' },
    },
    {
      name: 'dashboard-makes-pages-only',
      severity: 'error',
      comment: 'Data in, HTML out.',
      from: { path: '^src/dashboard/' },
      to: { path: '^src/(functions|app\\.ts)' },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'The app does not know where it runs, nor its tools and tests.',
      from: { path: '^src/' },
      to: { path: '^(cli|local|test|bench|scripts|examples)/' },
    },
    {
      name: 'decisions-do-no-io',
      severity: 'error',
      comment: 'A decision is a pure function of what it is given: what reads or waits is around it.',
      from: { path: DECISIONS },
      to: {
        path: [
          adapterPath,
          '^(node:)?(fs|net|http|https|dns|child_process|timers|worker_threads)(/|$)',
          '^src/lib/',
        ].join('|'),
        pathNot: `${DECISIONS}|${FOR_DECISIONS}`,
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    // Its parser does not know `await using`, which the local environment is started with.
    doNotFollow: { path: 'node_modules|^local/environment/environment\\.ts$' },
    // TypeScript 7 has no API of its own yet.
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
