import { afterEach, expect, test } from 'vitest';
import { type LocalImage, ProcessRuntime } from '../local/containers/process.ts';
import type { ContainerSpec, RunningContainer } from '../local/containers/runtime.ts';

const runtimes: ProcessRuntime[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

/** Runs a script of Node.js as a container. */
async function run(script: string, spec: Partial<ContainerSpec> = {}): Promise<RunningContainer> {
  const image: LocalImage = { command: ['node', '-e', script] };
  const runtime = new ProcessRuntime({ images: { demo: image } });
  runtimes.push(runtime);
  return runtime.start({ name: 'g/c', image: 'demo', env: {}, cpu: 1, memoryGB: 1, ...spec });
}

test('a process gets the environment of its group and nothing of ours', async () => {
  process.env.SECRET_OF_THE_PARENT = 'leak';
  const container = await run('console.log(JSON.stringify(Object.keys(process.env).sort()))', {
    env: { TRIGGER_ID: 'abc' },
  });
  expect(await container.ended).toEqual({ exitCode: 0 });
  expect(JSON.parse(container.log())).toEqual(['HOME', 'PATH', 'TRIGGER_ID']);
});

test('the log has stdout and stderr in the order of writing', async () => {
  const container = await run(
    'for (let i = 0; i < 200; i++) require("fs").writeSync(1 + (i % 2), i + "\\n")',
  );
  await container.ended;
  expect(container.log()).toBe(Array.from({ length: 200 }, (_, i) => `${i}\n`).join(''));
});

test('the exit code is the end of the container', async () => {
  const container = await run('process.exit(3)');
  expect(await container.ended).toEqual({ exitCode: 3 });
});
