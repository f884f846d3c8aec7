// What the rest of the app has to know of each kind of container, beside its schema. A kind that is added is added here, and
// nowhere else outside of its adapter.

import type { Container } from './container-schema.ts';

/** The platforms, by the names that attempts have on record: they never change. */
export type PlatformName = 'container-instances' | 'container-apps' | 'machine-learning';

/** The resource provider that the subscription must be registered for: of what the app makes or starts there. */
export const PROVIDERS = {
  'container-instances': 'Microsoft.ContainerInstance',
  'container-apps': 'Microsoft.App',
  'machine-learning': 'Microsoft.MachineLearningServices',
} as const satisfies Record<PlatformName, string>;

/** By the provider, where a region is refused: a container group goes where the app says; a job is where it was made. */
export const OTHER_REGION: Readonly<Record<string, string>> = {
  [PROVIDERS['container-apps']]: 'Make the Container Apps job in an environment of another region.',
  [PROVIDERS['machine-learning']]: 'Take a workspace in another region.',
};

/** A line about it on the page of its model. A text alone is for reading; names are those of things. */
export interface Fact {
  readonly label: string;
  readonly names?: readonly string[];
  readonly text?: string;
}

export interface About {
  readonly platform: PlatformName;
  /** Whether it learns from the app what it is to do; one that exists already does all that it does. */
  readonly isTold: boolean;
  /** Environment variable → name of the secret in the vault, as far as models.json says it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of the secrets that it needs beside these. */
  readonly otherSecrets: readonly string[];
  /** What of it is there already, its field, and the setting that says where; null: the app, or the template, makes it. */
  readonly existing: { readonly what: string; readonly field: string; readonly setting: string } | null;
  readonly facts: readonly Fact[];
  /** What it means that a submission of it came without the trigger id. */
  readonly withoutTriggerId: string;
}

const COUNTS = 'The submission counts, but';
const OR_BY_OTHER_MEANS = 'or the submission was made by other means. docs/numerai.md, "The trigger id".';
const ofImage = (image: string) =>
  `${COUNTS} either ${image} does not send TRIGGER_ID (numerapi does), ${OR_BY_OTHER_MEANS}`;

/** The same for every container of a kind, and by what it names. */
export function aboutOf(container: Container): About {
  switch (container.kind) {
    case 'group':
      return {
        platform: 'container-instances',
        isTold: false,
        secrets: {},
        otherSecrets: [],
        existing: {
          what: `the container group ${container.group}`,
          field: 'group',
          setting: 'EXISTING_CONTAINER_RESOURCE_GROUP',
        },
        facts: [],
        withoutTriggerId: `${COUNTS} Numerai shows the call as unanswered: an existing container group cannot be given the trigger id. docs/numerai.md, "The trigger id", says how to change that.`,
      };
    case 'image': {
      const { secrets, registry, volumes } = container;
      const others = [registry?.passwordSecret, ...volumes.map(({ accountKeySecret }) => accountKeySecret)];
      return {
        platform: 'container-instances',
        isTold: true,
        secrets,
        otherSecrets: others.filter((name) => name !== undefined),
        existing: null,
        facts: [],
        withoutTriggerId: ofImage('the image'),
      };
    }
    case 'containerAppsJob': {
      const { job, made } = container;
      return {
        platform: 'container-apps',
        isTold: true,
        // The app gives a job none of them; it takes them out of its log.
        secrets: made?.secrets ?? {},
        otherSecrets: [made?.registry?.passwordSecret].filter((name) => name !== undefined),
        existing:
          made === null
            ? { what: `the job ${job}`, field: 'containerAppsJob', setting: 'EXISTING_JOB_RESOURCE_GROUP' }
            : null,
        facts: [
          {
            label: 'Container Apps job',
            names: [job],
            text:
              made === null
                ? 'which exists already: its image, size and secrets are its own, and its log may show them'
                : `made with the infrastructure from ${made.image}: ${made.cpu} CPU, ${made.memoryGB} GB`,
          },
          {
            label: 'Costs',
            text: 'at list price, as after the free grant of the month (180,000 vCPU-seconds, 360,000 GiB-seconds)',
          },
        ],
        withoutTriggerId: ofImage('the image of the job'),
      };
    }
    case 'machineLearning':
      return { platform: 'machine-learning', ...aboutMachineLearning(container) };
  }
}

function aboutMachineLearning({
  workspace,
  work,
  secrets,
}: Extract<Container, { kind: 'machineLearning' }>): Omit<About, 'platform'> {
  const existing = {
    what: `the workspace ${workspace}`,
    field: 'machineLearning.workspace',
    setting: 'EXISTING_WORKSPACE_RESOURCE_GROUP',
  };
  const ofWorkspace = { label: 'Machine Learning workspace', names: [workspace] };
  if (work.kind === 'endpoint')
    return {
      isTold: true,
      secrets: {},
      otherSecrets: [],
      existing,
      facts: [
        ofWorkspace,
        { label: 'Batch endpoint', names: [work.endpoint] },
        {
          label: 'Deployment',
          ...(work.deployment === null ? { text: "the endpoint's default" } : { names: [work.deployment] }),
        },
        { label: 'Inputs', names: Object.keys(work.inputs) },
        { label: 'Costs', text: 'not known: what its steps run on is the business of the deployment' },
      ],
      withoutTriggerId: `${COUNTS} either the pipeline does not hand its input trigger_id to what submits, ${OR_BY_OTHER_MEANS}`,
    };
  return {
    isTold: true,
    secrets,
    otherSecrets: [],
    existing,
    facts: [
      ofWorkspace,
      { label: 'Compute', names: [work.compute] },
      { label: 'Environment', names: [work.environment] },
      { label: 'Command', names: [work.command] },
      { label: 'Identity', ...(work.identity === null ? {} : { names: [work.identity] }) },
    ],
    withoutTriggerId: ofImage('the command'),
  };
}
