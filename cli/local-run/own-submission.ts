// One's own submission in the place of a model's container: an image, a command on this machine, or the folder of a Dockerfile,
// whose command is run on this machine.

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { imageName } from '../../src/lib/config/container-options.ts';
import type { Model } from '../../src/lib/config/models.ts';
import { settingOfSecret } from '../../src/lib/config/secret-names.ts';
import { describedContainer } from '../described-container.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import type { Environment } from '../target.ts';

export type OwnSubmission =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'folder'; readonly image: string; readonly folder: string }
  | {
      readonly kind: 'command';
      readonly image: string;
      readonly command: readonly string[];
      /** Where it is looked for, before the usual places: the packages of a Python project. */
      readonly searchPath: readonly string[];
    };

/** Stands for what is no image, in models.json. */
const OWN_IMAGE = 'localhost/own-submission:1';

/**
 * @param folder where a command runs.
 * @throws {CommandFailure} where it is nothing that can be run.
 */
export function ownSubmission(what: string, folder: string): OwnSubmission {
  const isImage = /[/:]/.test(what) && imageName.safeParse(what).success && !existsSync(resolve(folder, what));
  if (isImage) return { kind: 'image', image: what };
  if (existsSync(resolve(folder, what, 'Dockerfile')))
    return { kind: 'folder', image: OWN_IMAGE, folder: resolve(folder, what) };
  if (what.trim() === '' || statSync(resolve(folder, what), { throwIfNoEntry: false })?.isDirectory() === true)
    throw new CommandFailure(
      EXIT.usage,
      `${what.trim() === '' ? 'Nothing is' : `${what} is a folder without a Dockerfile, which says what is`} to be run. Give a command, an image, or a folder with a Dockerfile: test --local "python predict.py"`,
    );
  const isWindows = process.platform === 'win32';
  return {
    kind: 'command',
    image: OWN_IMAGE,
    command: isWindows ? ['cmd', '/d', '/s', '/c', what] : ['/bin/sh', '-c', what],
    searchPath: [resolve(folder, '.venv', isWindows ? 'Scripts' : 'bin')],
  };
}

export interface LocalModel {
  /** The entry of the environment's models.json. */
  readonly entry: object;
  /** What the environment's vault has. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Variables of secrets that are not set here: what stands in their place is not theirs. */
  readonly unset: readonly string[];
}

/** The variables of a container that hold the API key, and the secrets of the demo's in their place. */
const KEY_SECRETS = { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' } as const;

/** The model as it is in models.json, with another image, once, and with the key of the emulator's account. */
export function localModel(model: Model, image: string, environment: Environment): LocalModel {
  const { name, tournament, timeoutMinutes, container } = model;
  const described = describedContainer(container);
  const own = described !== null && 'secrets' in described ? described.secrets : {};
  const others = Object.entries(own).filter(([variable]) => !Object.hasOwn(KEY_SECRETS, variable));
  const given = (secret: string) => environment[settingOfSecret(secret)];
  const numeraiModels = model.numeraiModels.length > 0 ? model.numeraiModels : [name.replaceAll('-', '_')];
  const size = described !== null && 'cpu' in described ? { cpu: described.cpu, memoryGB: described.memoryGB } : {};
  return {
    entry: {
      name,
      tournament,
      numeraiModels,
      timeoutMinutes,
      maxAttempts: 1,
      fallback: false,
      container: {
        image,
        ...size,
        env: 'env' in container ? container.env : {},
        secrets: { ...Object.fromEntries(others), ...KEY_SECRETS },
      },
    },
    secrets: Object.fromEntries(others.map(([, secret]) => [secret, given(secret) || `${secret}-is-not-set`])),
    unset: others.filter(([, secret]) => !given(secret)).map(([, secret]) => settingOfSecret(secret)),
  };
}
