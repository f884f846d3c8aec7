// The contract of the compute port: what the domain relies on, whatever the platform. Called once for each
// adapter, with its emulator.

import { afterAll, beforeAll, describe } from 'vitest';
import { describeDiscarding } from './contract/discarding.ts';
import { describeExecutions } from './contract/executions.ts';
import { describeStarting } from './contract/starting.ts';
import type { PlatformUnderTest, Stage } from './contract/subject.ts';

/** Defines the tests of the contract for one adapter. */
export function describePlatform(subject: PlatformUnderTest): void {
  describe.each(subject.kinds)(`${subject.name}, $name:`, (kind) => {
    let opened: Awaited<ReturnType<PlatformUnderTest['open']>>;
    beforeAll(async () => {
      opened = await subject.open();
    });
    afterAll(() => opened.close());
    const open = (): Promise<Stage> => opened.stage(kind);

    describeStarting(kind, open);
    describeExecutions(kind, open);
    describeDiscarding(kind, open);
  });
}
