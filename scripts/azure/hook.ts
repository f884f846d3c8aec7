// What the hooks of a deployment share: settings, questions, and patience with Azure.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { causeOf } from '../../cli/failure.ts';
import { duration } from '../../cli/format.ts';
import { messageOf } from '../../src/lib/util/errors.ts';

/** The value of an environment variable that the Azure Developer CLI, or you, must have set. */
export function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. The Azure Developer CLI sets it for its hooks; otherwise set it yourself (docs/deploy.md).`,
  );
}

/** The resource groups that were there before, each with the setting that names it. */
export function existingGroups(environment: NodeJS.ProcessEnv) {
  return Object.entries(environment).flatMap(([setting, name]) =>
    /^EXISTING_\w+_RESOURCE_GROUP$/.test(setting) && name ? [{ setting, name }] : [],
  );
}

/** What the Azure CLI prints as a list; an element of another form is passed over, and hides no other. */
export function elementsOf<T extends z.ZodMiniType>(element: T, text: string): readonly z.output<T>[] {
  return z
    .array(z.unknown())
    .parse(JSON.parse(text))
    .flatMap((each) => {
      const read = element.safeParse(each);
      return read.success ? [read.data] : [];
    });
}

export interface Delay {
  readonly attempts: number;
  readonly seconds: number;
}

/**
 * Repeats a call until it succeeds: what was made a moment ago takes a while to be known everywhere.
 * @param mayPass whether it may succeed later; default: it always may.
 */
export async function patiently<T>(
  call: () => Promise<T>,
  { attempts, seconds }: Delay,
  mayPass: (error: unknown) => boolean = () => true,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= attempts || !mayPass(error)) throw error;
      if (attempt === 1)
        console.log(
          `Trying again for up to ${duration(attempts * seconds * 1000)}: ${messageOf(error)}${causeOf(error)}`,
        );
      await sleep(seconds * 1000);
    }
  }
}

/** Asks a person. `hidden`: what is typed is not shown. */
export async function ask(
  question: string,
  hidden = false,
  shownOn: NodeJS.WritableStream = process.stdout,
): Promise<string> {
  let muted = false;
  const output = new Writable({
    write(chunk, encoding, done) {
      if (!muted) shownOn.write(chunk, encoding);
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = prompt.question(question);
    muted = hidden;
    return (await answer).trim();
  } finally {
    prompt.close();
    if (hidden) shownOn.write('\n');
  }
}
