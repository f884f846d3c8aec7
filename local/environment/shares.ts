// The file shares that a models file names: they exist from the start, with the keys of their accounts in the vault.

import * as z from 'zod/mini';
import type { FileShares } from '../emulators/resource-manager/file-shares.ts';

const volumeSchema = z.object({ account: z.string(), share: z.string(), accountKeySecret: z.string() });

/** Makes the shares. @returns the secrets with the keys: name → value. */
export function createShares(shares: FileShares, content: unknown): Readonly<Record<string, string>> {
  const volumes = volumesIn(content).flatMap((volume) => volumeSchema.safeParse(volume).data ?? []);
  return Object.fromEntries(
    volumes.map(({ account, share, accountKeySecret }) => [accountKeySecret, shares.create(account, share).key]),
  );
}

/** What is listed under `volumes`, wherever in the file: the app checks the rest. */
function volumesIn(content: unknown): unknown[] {
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([key, value]) =>
    key === 'volumes' && Array.isArray(value) ? value : volumesIn(value),
  );
}
