// What models.json may look like in the place of numerai-cli's nodes, and what a person has to fill in.

import { parseModels } from '../src/lib/config/models.ts';
import { ConfigurationError } from '../src/lib/util/errors.ts';
import { freeName } from './free-name.ts';
import type { Node } from './node-file.ts';

/** numerai-cli's own time limit, and the default here. */
const USUAL_MINUTES = 60;
/** What every region has for a container group. https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits */
const EVERYWHERE = { cpu: 4, memoryGB: 16 } as const;

type Tournament = 'classic' | 'signals' | 'crypto';

interface Entry {
  readonly name: string;
  readonly numeraiModels: readonly string[];
  readonly tournament: Tournament;
  readonly container: {
    readonly image: string;
    readonly cpu?: number;
    readonly memoryGB?: number;
    readonly secrets: Readonly<Record<string, string>>;
  };
  readonly timeoutMinutes?: number;
}

export interface Proposal {
  readonly file: { readonly $schema: string; readonly models: readonly Entry[] };
  /** For a person, a sentence or two each. */
  readonly notes: readonly string[];
}

/** One entry for the nodes of a folder: they have one program, and one container can submit for all of them. */
export function propose(nodes: readonly Node[]): Proposal {
  const taken = new Set<string>();
  const proposed = [...Map.groupBy(nodes, (node) => `${tournamentOf(node)} ${node.path}`).values()].map((group) => {
    const [first] = group;
    const models = group.map(modelOf);
    const folder = first?.path.split(/[\\/]/).findLast((part) => part !== '');
    const name = freeName((models.length === 1 ? models[0] : folder) ?? '', taken);
    taken.add(name);
    const entry: Entry = {
      name,
      numeraiModels: models,
      tournament: first === undefined ? 'classic' : tournamentOf(first),
      container: {
        image: `docker.io/you/${name}:1.0`,
        ...sizeOf(group),
        secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
      },
      ...timeLimit(group),
    };
    return { entry, notes: notesOn(entry, group) };
  });
  const file = { $schema: './models.schema.json', models: proposed.map(({ entry }) => entry) };
  return { file, notes: [...proposed.flatMap(({ notes }) => notes), ...refusals(file)] };
}

/** What the app would refuse: its bounds are not those of numerai-cli's providers. */
function refusals(file: Proposal['file']): string[] {
  try {
    // Where containers run does not matter here.
    parseModels(JSON.stringify(file), {
      file: 'models.json',
      containerLocation: 'any',
      containerIdentityId: undefined,
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(
      ({ key, got, expected }) => `${key}: the app refuses it as it is: ${got}; expected ${expected}.`,
    );
  }
}

/** Names of models at Numerai have no hyphen, so the last one ends the name of the tournament. */
const modelOf = ({ name }: Node): string => name.slice(name.lastIndexOf('-') + 1);

function tournamentOf({ name }: Node): Tournament {
  const prefix = name.slice(0, Math.max(0, name.lastIndexOf('-'))).toLowerCase();
  if (prefix.includes('signals')) return 'signals';
  return prefix.includes('crypto') ? 'crypto' : 'classic';
}

/** The largest of the group's, to one decimal as Azure has it; left out where no node says. */
function sizeOf(group: readonly Node[]): { cpu?: number; memoryGB?: number } {
  const largest = (amounts: readonly (number | null)[]) =>
    Math.ceil(Math.max(...amounts.map((amount) => amount ?? 0)) * 10) / 10;
  const cpu = largest(group.map((node) => node.cpu));
  const memoryGB = largest(group.map((node) => node.memoryGB));
  return { ...(cpu === 0 ? {} : { cpu }), ...(memoryGB === 0 ? {} : { memoryGB }) };
}

function timeLimit(group: readonly Node[]): { timeoutMinutes?: number } {
  const minutes = Math.max(...group.map(({ timeoutMinutes }) => timeoutMinutes ?? USUAL_MINUTES));
  return minutes === USUAL_MINUTES ? {} : { timeoutMinutes: minutes };
}

function notesOn({ name, numeraiModels, container }: Entry, group: readonly Node[]): string[] {
  const pushed = group.flatMap(({ repository }) => (repository !== null && isImage(repository) ? [repository] : []));
  const where = pushed.length === 0 ? '' : ` numerai-cli's own (${pushed.join(', ')}) has your API key in it.`;
  const notes = [`${name}: build the image anew from ${group[0]?.path}, push it, and put its name in "image".${where}`];
  if (numeraiModels.length > 1)
    notes.push(
      `${name}: one container for ${numeraiModels.length} models. Its program must submit for each of NUMERAI_MODELS, not for MODEL_ID alone; examples/submission/predict.py shows how.`,
    );
  for (const size of ['cpu', 'memoryGB'] as const) {
    const [amount = 0, limit] = [container[size], EVERYWHERE[size]];
    if (amount > limit)
      notes.push(
        `${name}: ${size} ${amount} is more than every region has (${limit}). Ask for less, or choose the region.`,
      );
  }
  for (const node of group) {
    const cron = node.schedule?.replaceAll('"', '').trim() ?? '';
    const shown = isSchedule(cron) ? ` ${JSON.stringify(cron)}` : '';
    if (cron !== '')
      notes.push(
        `${name}: the schedule${shown} of ${modelOf(node)} is left out. A model starts when its round opens; what is to run at other times is a job.`,
      );
  }
  const volume = Math.max(...group.map(({ volumeGB }) => volumeGB ?? 0));
  if (volume > 0)
    notes.push(
      `${name}: its nodes had a volume of ${volume} GB. Put what was on it onto a file share ("volumes", docs/containers.md).`,
    );
  return notes;
}

/** Only what is certainly one is shown: nothing else that somebody may have put there. */
const isImage = (text: string): boolean => /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?$/i.test(text);
const isSchedule = (text: string): boolean => /^[A-Z0-9*?,#/-]{1,40}( [A-Z0-9*?,#/-]{1,40}){4,5}$/i.test(text);
