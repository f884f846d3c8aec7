// Looks into the plan: what holds at a moment. The gate, the containers and the oracle ask the same questions here.

import { draw } from './draw.ts';
import { type SeasonModel, THROTTLED_REGISTRY } from './models.ts';
import type { Outage, OutageKind } from './outages.ts';
import type { SeasonPlan } from './plan.ts';

export class Conditions {
  readonly #outages = new Map<string, readonly Outage[]>();
  readonly #calls: readonly number[];
  readonly #seed: number;

  constructor(plan: Pick<SeasonPlan, 'options' | 'models' | 'outages' | 'roundsOf' | 'of'>) {
    this.#seed = plan.options.seed;
    for (const [key, outages] of Map.groupBy(plan.outages, ({ kind, region }) => keyOf(kind, region)))
      this.#outages.set(
        key,
        outages.sort((one, other) => one.from - other.from),
      );
    this.#calls = plan.models
      .flatMap((model) => plan.roundsOf(model).flatMap((round) => plan.of(model, round).webhooks))
      .map(({ at }) => at)
      .sort((one, other) => one - other);
  }

  /** The outage of this kind that holds at a moment. */
  find(kind: OutageKind, at: number, region: string | null = null): Outage | undefined {
    return this.#outages.get(keyOf(kind, region))?.find(({ from, to }) => from <= at && at < to);
  }

  /** Whether a region's cores are used by others, as far as this model is concerned. */
  isOverQuota(model: SeasonModel, region: string, at: number): Outage | undefined {
    const outage = this.find('quota', at, region);
    if (outage === undefined) return undefined;
    return draw(this.#seed, 'over quota', model.index, outage.from)() < 0.5 ? outage : undefined;
  }

  isThrottled({ image }: Pick<SeasonModel, 'image'>, at: number): boolean {
    return image.startsWith(THROTTLED_REGISTRY) && this.find('registry', at) !== undefined;
  }

  /** Whether Numerai can be used: it answers, and takes the key. */
  numeraiWorks(at: number): boolean {
    return this.numeraiFault(at) === null;
  }

  /** What a program that calls Numerai then ends with; null where Numerai can be used. */
  numeraiFault(at: number): string | null {
    if (this.find('numerai', at) !== undefined) return 'HTTPError: 503 Server Error';
    return this.find('revoked', at) === undefined ? null : 'ValueError: Your session is invalid or has expired.';
  }

  /** Whether the app is there to be called. */
  appRuns(at: number): boolean {
    return (['stopped', 'deployed', 'rolled back'] as const).every((kind) => this.find(kind, at) === undefined);
  }

  /** The HTTP calls that find the timers silent. */
  wakingCalls(from: number, to: number): readonly number[] {
    return this.#calls.filter((call) => call >= from && call < to && this.find('timers', call) !== undefined);
  }

  /** Whether the app does anything at a moment: by its timers, or since it is called within the same minute. */
  appIsAwake(at: number, withinMs: number): boolean {
    if (!this.appRuns(at)) return false;
    if (this.find('timers', at) === undefined) return true;
    return this.#calls.some((call) => call <= at && at <= call + withinMs);
  }
}

const keyOf = (kind: OutageKind, region: string | null) => `${kind} ${region ?? ''}`;
