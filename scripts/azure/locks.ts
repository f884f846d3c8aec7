// Locks that the deployment, or the first run after it, would meet.

import * as z from 'zod/mini';
import { type Finding, failed } from '../../cli/check/finding.ts';
import { someOf } from '../../src/lib/util/sentences.ts';
import { elementsOf } from './hook.ts';

/** A resource group that the deployment, or the app, changes. */
export interface GroupInUse {
  readonly name: string;
  /** The setting that names it; null: the template makes it, under the name of the environment. */
  readonly setting: string | null;
  /** The models and jobs whose containers the app makes there, and removes. */
  readonly removes: readonly string[];
}

const lockSchema = z.object({ id: z.string(), name: z.string(), level: z.string() });
type Lock = z.output<typeof lockSchema>;

/** @param text what `az lock list` prints: locks of the subscription and of what is in it. */
export function lockFindings(text: string, groups: readonly GroupInUse[]): readonly Finding[] {
  return elementsOf(lockSchema, text).flatMap((lock) => groups.flatMap((group) => findingOf(lock, group) ?? []));
}

function findingOf(lock: Lock, { name, setting, removes }: GroupInUse): Finding | null {
  const [, locked] =
    /^\/subscriptions\/[^/]+(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Authorization\/locks\//i.exec(
      lock.id,
    ) ?? [null, null];
  if (locked === null || (locked !== undefined && locked.toLowerCase() !== name.toLowerCase())) return null;
  const place = locked === undefined ? 'the subscription' : `the resource group ${name}`;
  const subject = setting === null ? `resource group ${name}` : `setting ${setting}`;
  const off = `take the lock off: az lock delete --ids ${lock.id}.`;
  const other = setting === null || locked === undefined ? '' : `Name a resource group without one in ${setting}, or `;
  const remedy = other === '' ? `T${off.slice(1)}` : `${other}${off}`;
  if (lock.level === 'ReadOnly')
    return failed(
      subject,
      `the lock ${lock.name} on ${place} is ReadOnly: nothing can be made or started there, and no role given.`,
      remedy,
    );
  if (removes.length === 0) return null;
  return failed(
    subject,
    `the lock ${lock.name} on ${place} is ${lock.level}: the app could not remove the container groups that it makes in ${name} for ${someOf(removes).join(', ')}, and so make no other.`,
    remedy,
  );
}
