// The app in simulated time, and its external calls counted step by step.

import type { Dependency } from '../test/simulation/world/fate.ts';
import { openApp, type TestApp } from '../test/support/app.ts';

type Counts = Partial<Record<Dependency, number>>;

export interface CountedApp {
  readonly app: TestApp;
  /** External calls by the name of the step: Numerai, Resource Manager, tables, vault. */
  readonly steps: Readonly<Record<string, string>>;
  step(name: string, work: () => Promise<unknown>): Promise<void>;
}

/** @param models, jobs as in models.json. */
export async function openCountedApp(models: readonly object[], jobs: readonly object[] = []): Promise<CountedApp> {
  let counts: Counts = {};
  const steps: Record<string, string> = {};
  const count = ({ url }: { readonly url: URL }): void => {
    const dependency = app.world.dependencies.get(url.host);
    if (dependency !== undefined) counts[dependency] = (counts[dependency] ?? 0) + 1;
  };
  const app: TestApp = await openApp(models, {}, count, jobs);
  return {
    app,
    steps,
    async step(name, work) {
      counts = {};
      await work();
      steps[name] = inWords(counts);
    },
  };
}

const DEPENDENCIES = ['numerai', 'resource-manager', 'tables', 'key-vault'] as const satisfies readonly Dependency[];

function inWords(counts: Counts): string {
  return DEPENDENCIES.map((dependency) => String(counts[dependency] ?? 0)).join(', ');
}
