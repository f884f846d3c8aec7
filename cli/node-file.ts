// numerai-cli's nodes.json: what it says of each node that matters here. The format is that of numerai-cli 0.3 to 1.1.7
// (numerai/cli/node/config.py and the outputs of numerai/terraform): an object of nodes by name.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { messageOf } from '../src/lib/util/errors.ts';
import { CommandFailure, EXIT } from './failure.ts';

/** A number, or the text of one: options of its command line are kept as text. */
const amount = z.pipe(z.union([z.number(), z.string()]), z.transform(Number)).check(z.positive());

/** Everything else is left unread: addresses of webhooks start containers without a key. */
const node = z.pipe(
  z.object({
    // Not of use here; without it the file is another one.
    provider: z.string(),
    path: z.string().check(z.minLength(1)),
    cpu: z.optional(amount),
    memory: z.optional(amount),
    timeout_minutes: z.optional(amount),
    cron: z.optional(z.nullable(z.string())),
    volume: z.optional(amount),
    docker_repo: z.optional(z.string()),
  }),
  z.transform((given) => ({
    /** The folder of its Dockerfile on the machine that numerai-cli ran on. */
    path: given.path,
    cpu: given.cpu === undefined ? null : given.cpu / 1024,
    memoryGB: given.memory === undefined ? null : given.memory / 1024,
    timeoutMinutes: given.timeout_minutes ?? null,
    schedule: given.cron ?? null,
    /** In gigabytes; of all nodes on AWS together. */
    volumeGB: given.volume ?? null,
    /** The image that numerai-cli pushed. */
    repository: given.docker_repo ?? null,
  })),
);

export interface Node extends z.output<typeof node> {
  /** Such as `numerai-my_model`: Numerai's name of the tournament, and that of the model. */
  readonly name: string;
}

/**
 * @param folder where a relative file is.
 * @throws {CommandFailure} `usage`, where it cannot be read or is none. No message has a value of the file.
 */
export async function readNodes(file: string, folder: string): Promise<readonly Node[]> {
  const refuse = (what: string): never => {
    throw new CommandFailure(
      EXIT.usage,
      `${file} ${what}. Give numerai-cli's list of nodes, usually ~/.numerai/nodes.json.`,
    );
  };
  let text = '';
  try {
    text = await readFile(resolve(folder, file), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    refuse(isMissing ? 'does not exist' : `cannot be read (${messageOf(error)})`);
  }
  const content = parsed(text);
  if (content === undefined) refuse('is not JSON');
  const nodes = Object.entries(z.record(z.string(), z.unknown()).safeParse(content).data ?? {});
  if (nodes.length === 0) refuse('has no nodes');
  return nodes.map(([name, value]) => {
    const { data, error } = node.safeParse(value);
    if (data !== undefined) return { name, ...data };
    const [key = 'what it says'] = error.issues[0]?.path ?? [];
    return refuse(`is no nodes.json of numerai-cli: ${String(key)} of ${JSON.stringify(name)} is missing or wrong`);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
