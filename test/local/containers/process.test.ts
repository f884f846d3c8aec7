import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { ProcessRuntime, type ProcessRuntimeOptions } from '../../../local/containers/process.ts';
import { type ContainerSpec, ImageUnavailable, type RunningContainer } from '../../../local/containers/runtime.ts';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';

const SPEC: ContainerSpec = { name: 'g/c', image: 'demo', env: {}, cpu: 1, memoryGB: 1 };
const IMAGES = { demo: { command: ['node', '-p', '"the image"'], env: { FROM_IMAGE: 'yes' } } };

const shared = new ProcessRuntime({ images: IMAGES });
const runtimes = [shared];
afterAll(async () => {
  for (const runtime of runtimes) await runtime.close();
});

/** Runs a script of Node.js as a container. With `options` it gets a runtime of its own. */
function run(
  script: string,
  spec: Partial<ContainerSpec> = {},
  options?: Partial<ProcessRuntimeOptions>,
): Promise<RunningContainer> {
  let runtime = shared;
  if (options !== undefined) {
    runtime = new ProcessRuntime({ images: IMAGES, ...options });
    runtimes.push(runtime);
  }
  return runtime.start({ ...SPEC, command: ['node', '-e', script], ...spec });
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const logged = (container: RunningContainer, what: RegExp) =>
  vi.waitFor(() => expect(container.log()).toMatch(what), { timeout: 10_000 });
const gone = (pid: number) => vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 10_000 });

describe.concurrent('a process as a container', () => {
  test('gets the environment of its group and its image, and nothing of ours', async () => {
    process.env.SECRET_OF_THE_PARENT = 'leak';
    const container = await run('console.log(JSON.stringify(process.env))', {
      env: { TRIGGER_ID: 'abc', EMPTY: '' },
    });
    expect(await container.ended).toEqual({ exitCode: 0 });
    delete process.env.SECRET_OF_THE_PARENT;
    const { PATH, HOME, ...rest } = JSON.parse(container.log());
    expect(rest).toEqual({ TRIGGER_ID: 'abc', EMPTY: '', FROM_IMAGE: 'yes' });
    expect(PATH).not.toBe(process.env.PATH);
    expect(HOME).not.toBe(process.env.HOME);
  });

  test('has variables that take precedence over those of the image', async () => {
    const container = await run('console.log(process.env.FROM_IMAGE)', {
      env: { FROM_IMAGE: 'no' },
    });
    await container.ended;
    expect(container.log()).toBe('no\n');
  });

  test('runs in its own folder, which is removed afterwards', async () => {
    const container = await run('require("fs").writeFileSync("predictions.csv", "x"); console.log(process.cwd())');
    await container.ended;
    const folder = container.log().trim();
    expect(folder).not.toBe(process.cwd());
    expect(existsSync(folder)).toBe(false);
  });

  test('has stdout and stderr in its log, in the order of writing', async () => {
    const container = await run('for (let i = 0; i < 200; i++) require("fs").writeSync(1 + (i % 2), i + "\\n")');
    await container.ended;
    expect(container.log()).toBe(Array.from({ length: 200 }, (_, i) => `${i}\n`).join(''));
  });

  test('keeps the last 4 MiB of its log', async () => {
    const container = await run(
      'for (let i = 0; i < 6000; i++) require("fs").writeSync(1, i + "x".repeat(1023) + "\\n")',
    );
    await container.ended;
    const log = container.log();
    expect(log.length).toBeGreaterThan(4 * 1024 * 1024 - 2_000);
    expect(log.length).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(log.endsWith('x\n')).toBe(true);
    expect(log).toMatch(/^\d+x/);
  });

  test('ends with its exit code, or that of the signal that ended it', async () => {
    expect(await (await run('process.exit(3)')).ended).toEqual({ exitCode: 3 });
    expect(await (await run('process.kill(process.pid, "SIGKILL")')).ended).toEqual({
      exitCode: 137,
    });
  });

  test('runs the command of its image, or that of its group instead', async () => {
    const ofImage = await shared.start(SPEC);
    const ofGroup = await shared.start({ ...SPEC, command: ['node', '-p', '6 * 7'] });
    await Promise.all([ofImage.ended, ofGroup.ended]);
    expect(ofImage.log()).toBe('the image\n');
    expect(ofGroup.log()).toBe('42\n');
  });

  test('ends with 127 if there is no such program', async () => {
    const container = await run('never', { command: ['no-such-program'] });
    expect(await container.ended).toMatchObject({ exitCode: 127 });
    expect(container.log()).toContain('no-such-program');
  });

  test('does not start if there is no command for its image', async () => {
    await expect(run('never', { image: 'other' })).rejects.toThrow(ImageUnavailable);
  });

  test('is asked to stop, and can end in its own way', async () => {
    const container = await run(
      'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); setInterval(() => {}, 1000); console.log("up")',
    );
    await logged(container, /up/);
    await container.stop();
    expect(await container.ended).toEqual({ exitCode: 0 });
    expect(container.log()).toBe('up\nbye\n');
  });

  test('is killed if it does not stop, after a grace period of the clock', async () => {
    const clock = new SimulatedClock('2026-04-01T12:00:00Z');
    const container = await run(
      'process.on("SIGTERM", () => console.log("no")); setInterval(() => {}, 1000); console.log("up")',
      {},
      { clock, stopGraceMs: 10_000 },
    );
    await logged(container, /up/);
    const stopped = container.stop();
    await logged(container, /no/);
    await clock.advance(10_000);
    await stopped;
    expect(await container.ended).toEqual({ exitCode: 137 });
  });

  test('ends all processes that it has started', async () => {
    const child = 'setInterval(() => {}, 1000)';
    const container = await run(
      `const c = require("child_process").spawn(process.execPath, ["-e", "${child}"]); console.log("pid " + c.pid)`,
    );
    await logged(container, /pid \d+/);
    const pid = Number(/pid (\d+)/.exec(container.log())?.[1]);
    expect(alive(pid)).toBe(true);
    await container.stop();
    await gone(pid);
  });

  test('is killed when it runs too long', async () => {
    const clock = new SimulatedClock('2026-04-01T12:00:00Z');
    const container = await run('setInterval(() => {}, 1000)', {}, { clock, longestRunMs: 3_600_000 });
    await clock.advance(3_600_000);
    expect(await container.ended).toEqual({
      exitCode: 137,
      detail: 'It was killed because it ran longer than 3600 s.',
    });
  });

  test('is killed when it writes too much', async () => {
    const container = await run(
      'setInterval(() => process.stdout.write("x".repeat(100_000)), 1)',
      {},
      { largestOutputBytes: 1024 * 1024 },
    );
    expect(await container.ended).toMatchObject({
      exitCode: 137,
      detail: 'It was killed because it wrote more than 1 MiB.',
    });
  });

  test.skipIf(process.platform === 'win32')('dies with the process that started it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'starter-'));
    const starter = join(folder, 'starter.ts');
    const runtimeFile = resolve(import.meta.dirname, '../../../local/containers/process.ts');
    await writeFile(
      starter,
      `import { ProcessRuntime } from ${JSON.stringify(runtimeFile)};
       const images = { demo: { command: ['node', '-e', 'console.log(process.pid); setInterval(() => {}, 1000)'] } };
       const container = await new ProcessRuntime({ images }).start(${JSON.stringify(SPEC)});
       setInterval(() => { if (container.log() !== '') process.stdout.write(container.log()); }, 20);`,
    );
    const parent = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolvePid) => {
      // A busy reader gets the line several times in one chunk.
      parent.stdout.once('data', (chunk: Buffer) => resolvePid(Number.parseInt(`${chunk}`, 10)));
    });
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await gone(pid);
    await rm(folder, { recursive: true });
  });
});

describe('a simulated container', () => {
  test('takes its steps by the clock, then ends', async () => {
    const clock = new SimulatedClock('2026-04-01T12:00:00Z');
    const effects: string[] = [];
    const runtime = new SimulatedRuntime({
      clock,
      behaviour: ({ env }) => ({
        steps: [
          { after: 1_000, line: 'predicting' },
          {
            after: 1_000,
            effect: () => void effects.push(`submitted for ${env.TRIGGER_ID} at ${clock.now().toISOString()}`),
          },
        ],
        endsAfter: 500,
        exitCode: 2,
      }),
    });
    const container = await runtime.start({ ...SPEC, env: { TRIGGER_ID: 'abc' } });
    await clock.advance(2_000);
    expect(container.log()).toBe('predicting\n');
    expect(effects).toEqual(['submitted for abc at 2026-04-01T12:00:02.000Z']);
    expect(runtime.running).toBe(1);
    await clock.advance(500);
    expect(await container.ended).toEqual({ exitCode: 2 });
    expect(runtime.running).toBe(0);
  });

  test('does nothing more after it was stopped', async () => {
    const clock = new SimulatedClock('2026-04-01T12:00:00Z');
    let submitted = false;
    const submit = () => {
      submitted = true;
    };
    const runtime = new SimulatedRuntime({
      clock,
      behaviour: () => ({
        steps: [{ after: 60_000, effect: submit }],
        endsAfter: Number.POSITIVE_INFINITY,
      }),
    });
    const container = await runtime.start(SPEC);
    await clock.advance(1_000);
    await container.stop();
    await clock.advance(600_000);
    expect(await container.ended).toEqual({ exitCode: 143 });
    expect(submitted).toBe(false);
    expect(clock.nextWake).toBeNull();
  });

  test('ends with 1 if an effect fails, and logs why', async () => {
    const clock = new SimulatedClock('2026-04-01T12:00:00Z');
    const runtime = new SimulatedRuntime({
      clock,
      behaviour: () => ({
        steps: [{ after: 1, effect: () => Promise.reject(new Error('Numerai said no')) }],
      }),
    });
    const container = await runtime.start(SPEC);
    await clock.advance(1);
    expect(await container.ended).toEqual({ exitCode: 1 });
    expect(container.log()).toContain('Numerai said no');
  });
});
