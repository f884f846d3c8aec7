// What others do with Numerai's calls on Azure, after their public code: a function that starts the model's container
// group, and keeps nothing. Both have one group for a model, in one region.
// - The tutorial's: `beginStartAndWait` of Azure's SDK for JavaScript, as bench/handlers.ts has it.
// - numerai-cli's (numerai/terraform/azure/azure_webhook.py in numerai/numerai-cli): `begin_start(…).result()` of the
//   SDK for Python, then 200, whatever became of the container. That a task is started again is AWS's provider only, and
//   Azure's passes no trigger id on.
// Both wait for the end of the start, which changes nothing of what follows: nothing does. So they are not made to here.

import type { Caller } from '../world/external-calls.ts';
import { MINUTE, SECOND } from './draw.ts';
import { ownGroup } from './models.ts';
import type { Living, Policy } from './policy.ts';
import { groupCalls } from './resource-manager-calls.ts';
import type { Season } from './season.ts';

/** The SDK's own retries of 408, 429 and 5xx, and of connections that break. */
interface Retries {
  readonly times: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** `DefaultRetryPolicy` of core-rest-pipeline. */
const JAVASCRIPT: Retries = { times: 3, firstMs: SECOND, longestMs: 64 * SECOND };
/** `RetryPolicy` of azure-core. */
const PYTHON: Retries = { times: 10, firstMs: 0.8 * SECOND, longestMs: 120 * SECOND };
/** A function on the Consumption plan is ended after this: the default of `functionTimeout`. */
const FUNCTION_MS = 5 * MINUTE;

export const tutorial = (): Policy => handler("the tutorial's function", JAVASCRIPT);
export const numeraiCli = (): Policy => handler("numerai-cli's", PYTHON);

function handler(name: string, retries: Retries): Policy {
  return {
    name,
    groupsFor: (models) => models,
    prepare: () => {},
    start: (season) => new StartingFunction(season, retries),
    record: () => Promise.resolve(null),
  };
}

class StartingFunction implements Living, Caller {
  readonly name = 'function';
  readonly died: Promise<undefined>;
  readonly #season: Season;
  readonly #retries: Retries;
  readonly #call: ReturnType<typeof groupCalls>;
  #dead = false;
  #resolveDied: () => void = () => {};

  constructor(season: Season, retries: Retries) {
    this.#season = season;
    this.#retries = retries;
    this.#call = groupCalls(season, this);
    this.died = new Promise((resolve) => {
      this.#resolveDied = () => resolve(undefined);
    });
  }

  async webhook(modelName: string): Promise<number> {
    const { clock } = this.#season.world;
    const { times, firstMs, longestMs } = this.#retries;
    const model = this.#season.plan.models.find(({ name }) => name === modelName);
    if (model === undefined) return 404;
    const endsAt = clock.now().getTime() + FUNCTION_MS;
    for (let tried = 0; ; tried += 1) {
      const withinMs = endsAt - clock.now().getTime();
      const { status, retryAfterMs } = await this.#call({ method: 'POST', path: `${ownGroup(model)}/start`, withinMs });
      const isPassing = status === null || status === 408 || status === 429 || status >= 500;
      const waitMs = retryAfterMs ?? Math.min(longestMs, firstMs * 2 ** tried);
      if (!isPassing) return status < 300 ? 200 : 500;
      if (tried >= times || clock.now().getTime() + waitMs >= endsAt) return 500;
      await clock.sleep(waitMs);
    }
  }

  isDead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
    this.#resolveDied();
  }
}
