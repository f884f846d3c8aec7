// The storage accounts whose file shares container groups mount: each share is a folder of this machine. Only what
// container instances see of Azure Files is here.

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../../containers/runtime.ts';
import type { GroupBody } from './schema.ts';

export interface StorageAccount {
  /** The first of its keys; the tests' way to rotate it. */
  key: string;
  readonly shares: Set<string>;
  /**
   * Whether it lets container instances in: false for one with a firewall, and for one that takes no keys. Azure says
   * the same of both.
   */
  isReachable: boolean;
}

type Volume = NonNullable<GroupBody['properties']['volumes']>[number];
type VolumeMounts = GroupBody['properties']['containers'][number]['properties']['volumeMounts'];

export class FileShares {
  readonly accounts = new Map<string, StorageAccount>();
  readonly #folder: string;

  /** @param folder that holds a folder for each share. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes an account with a key in Azure's form, where it is new, and the share in it. */
  create(account: string, share: string): StorageAccount {
    const made = this.accounts.get(account) ?? { key: newKey(), shares: new Set<string>(), isReachable: true };
    this.accounts.set(account, made);
    made.shares.add(share);
    mkdirSync(this.folderOf(account, share), { recursive: true });
    return made;
  }

  /** The folder of a share on this machine. */
  folderOf(account: string, share: string): string {
    return join(this.#folder, account, share);
  }

  /** Whether all volumes can be mounted; Azure says no more than that. */
  canMount(volumes: readonly Volume[]): boolean {
    return volumes.every(({ azureFile }) => {
      if (azureFile === undefined) return true;
      const account = this.accounts.get(azureFile.storageAccountName);
      if (account === undefined || !account.isReachable || account.key !== azureFile.storageAccountKey) return false;
      return account.shares.has(azureFile.shareName);
    });
  }

  /** The shares that a container sees. A share is read-only where its volume says so, or the mount. */
  mountsOf(volumes: readonly Volume[], mounts: VolumeMounts = []): Mount[] {
    return mounts.flatMap(({ name, mountPath, readOnly = false }) => {
      const share = volumes.find((volume) => volume.name === name)?.azureFile;
      if (share === undefined) return [];
      const folder = this.folderOf(share.storageAccountName, share.shareName);
      return [{ folder, mountPath, readOnly: readOnly || share.readOnly === true }];
    });
  }
}

/** 64 bytes in Base64, as Azure makes them. */
function newKey(): string {
  return randomBytes(64).toString('base64');
}
