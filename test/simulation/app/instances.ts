// Several instances of the app at once, as a platform keeps them: one that has died is replaced when it is
// needed.

import type { World } from '../world/world.ts';
import { Instance, type InstanceOptions } from './instance.ts';

export class Instances {
  readonly #world: World;
  readonly #options: (place: number, count: number) => InstanceOptions;
  readonly #places: (Instance | undefined)[];
  #count = 0;

  /** @param options of the `count`-th instance, counted from 1 over all places, in this place. */
  constructor(world: World, places: number, options: (place: number, count: number) => InstanceOptions) {
    this.#world = world;
    this.#options = options;
    this.#places = Array.from({ length: places });
  }

  /** The instance that lives in this place; places go round. */
  at(place: number): Instance {
    const index = place % this.#places.length;
    const present = this.#places[index];
    if (present !== undefined && !present.isDead()) return present;
    this.#count += 1;
    const fresh = new Instance(this.#world, this.#options(index, this.#count));
    this.#places[index] = fresh;
    return fresh;
  }

  killAll(): void {
    for (const instance of this.#places) instance?.die();
  }
}
