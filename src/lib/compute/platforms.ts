// Which adapter does what: decided here and nowhere else. An attempt stays with the platform on its record, whatever
// models.json says by now; a container goes to the platform of its kind.

import { aboutOf, type PlatformName } from '../config/container-kinds.ts';
import type { Entry } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { containerFor } from './container.ts';
import type { AttemptedRun, Platform } from './platform.ts';
import { isForbidden } from './refusals.ts';

/** All platforms as one. */
export interface Platforms extends Omit<Platform, 'remedy'> {
  /** The platform of a new attempt, for its record. */
  nameFor(model: Entry, lastResort: boolean): PlatformName;
  /** What to do about a call for this attempt that failed, in a sentence. */
  remedy(error: ExternalCallError, attempt: Attempt): string;
}

export type Adapters = Readonly<Record<PlatformName, Platform>>;

/** Puts the adapters together. Throws an {@link AppError} for an attempt of a platform that this version of the app lacks. */
export function createPlatforms(adapters: Adapters): Platforms {
  const named = (name: string): Platform => {
    const [, known] = Object.entries(adapters).find(([each]) => each === name) ?? [];
    if (known !== undefined) return known;
    throw new AppError('no-platform', `This version of the app does not know the platform ${name} of an attempt.`);
  };
  const of = ({ attempt }: AttemptedRun): Platform => named(attempt.platform);
  const nameFor = (model: Entry, lastResort: boolean): PlatformName =>
    aboutOf(containerFor(model, lastResort)).platform;

  return {
    nameFor,
    prepare: (run, ...more) => of(run).prepare(run, ...more),
    prepareAhead: (model) => adapters[nameFor(model, false)].prepareAhead(model),
    start: (run, ...more) => of(run).start(run, ...more),
    find: (run, model) => of(run).find(run, model),
    stop: (run) => of(run).stop(run),
    discard: (run) => of(run).discard(run),
    keep: (run) => of(run).keep(run),
    isOwn: (run) => of(run).isOwn(run),
    log: (run, signal) => of(run).log(run, signal),
    price: (attempt) => named(attempt.platform).price(attempt),
    async check(model) {
      for (const name of new Set([nameFor(model, false), nameFor(model, true)])) {
        const found = await adapters[name].check(model).catch((error: unknown) => {
          // Which role it takes, the platform knows.
          if (!(error instanceof ExternalCallError) || !isForbidden(error) || error.explanation !== null) throw error;
          return {
            problem: error.message,
            remedy: `Look at the role of the identity there. ${adapters[name].remedy(error)}`,
          };
        });
        if (found !== null) return found;
      }
      return null;
    },
    patience: (run) => of(run).patience(run),
    remedy: (error, attempt) => named(attempt.platform).remedy(error),
  };
}
