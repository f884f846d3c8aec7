import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DockerRuntime, dockerAnswers, passEnvironment, runArguments } from '../../../local/containers/docker.ts';
import { type ContainerSpec, ImageUnavailable } from '../../../local/containers/runtime.ts';

const SPEC: ContainerSpec = {
  name: 'demo/work',
  image: 'docker.io/someone/ensemble:1.4',
  env: { TRIGGER_ID: 'abc', NUMERAI_SECRET_KEY: 'very-secret' },
  cpu: 2,
  memoryGB: 1.5,
};

describe('the call of Docker', () => {
  test('names the variables, never their values', () => {
    const args = runArguments(SPEC, {}, { name: 'n', variables: Object.keys(SPEC.env) });
    expect(args.join(' ')).toBe(
      'run --name n --label numerai-local-container=shared --pull never --network host --cpus 2 --memory 1536m --env TRIGGER_ID --env NUMERAI_SECRET_KEY docker.io/someone/ensemble:1.4',
    );
  });

  test('replaces the entry point if the group has a command, and mounts files read-only', () => {
    const args = runArguments(
      { ...SPEC, command: ['python', 'main.py', '--fast'] },
      { mounts: { '/here/ca.pem': '/ca.pem' }, network: 'bridge' },
      { name: 'n', variables: [], envFile: '/tmp/e' },
    );
    expect(args.join(' ')).toBe(
      'run --name n --label numerai-local-container=shared --pull never --network bridge --cpus 2 --memory 1536m --mount type=bind,source=/here/ca.pem,target=/ca.pem,readonly --env-file /tmp/e --entrypoint python docker.io/someone/ensemble:1.4 main.py --fast',
    );
  });

  test('passes variables that the client itself reads in a file', () => {
    expect(passEnvironment({ A: '1', PATH: '/bin', DOCKER_HOST: 'x', https_proxy: 'y', B: 'a\nb' })).toEqual({
      byName: { A: '1', B: 'a\nb' },
      file: 'PATH=/bin\nDOCKER_HOST=x\nhttps_proxy=y\n',
    });
    expect(() => passEnvironment({ PATH: 'a\nb' })).toThrow(/PATH has several lines/);
  });
});

/**
 * In place of Docker's client: a program that accepts its commands and keeps a journal of them, with their
 * standard input.
 */
const CLIENT = `
const fs = require('node:fs');
const args = process.argv.slice(2);
const journal = __dirname + '/journal';
const stdin = args[0] === 'login' ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(journal, JSON.stringify({ args, stdin }) + '\\n');
const config = process.env.DOCKER_CONFIG;
const image = args.at(-1);
const fail = (text) => { console.error(text); process.exit(1); };
if (args[0] === 'version') console.log('29.0.0');
if (args[0] === 'image') process.exit(1);
if (args[0] === 'login') fs.writeFileSync(config + '/config.json', stdin);
if (args[0] === 'pull') {
  if (image.includes('missing')) fail('Error response from daemon: manifest for x not found');
  if (image.includes('private') && !fs.existsSync(config + '/config.json')) fail('pull access denied');
}
if (args[0] === 'run') {
  const names = args.flatMap((arg, i) => (args[i - 1] === '--env' ? [arg] : []));
  for (const name of names) console.log(name + '=' + process.env[name]);
  console.error('done');
  process.exit(7);
}
if (args[0] === 'inspect') console.log(fs.existsSync(__dirname + '/oom') ? '137 true' : '7 false');
if (args[0] === 'ps') console.log('left1\\nleft2');
`;

describe.skipIf(process.platform === 'win32')('a container in Docker', () => {
  let folder = '';
  let program = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'client-'));
    program = join(folder, 'docker');
    await writeFile(join(folder, 'client.cjs'), CLIENT);
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${folder}/client.cjs" "$@"\n`);
    await chmod(program, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const journal = async () => readFile(join(folder, 'journal'), 'utf8');

  test('is possible if the daemon answers', async () => {
    expect(await dockerAnswers(program)).toBe(true);
    expect(await dockerAnswers(join(folder, 'none'))).toBe(false);
  });

  test('gets its variables, and gives its log and exit code', async () => {
    const runtime = new DockerRuntime({ program });
    await runtime.pull(SPEC);
    const container = await runtime.start(SPEC);
    expect(await container.ended).toEqual({ exitCode: 7 });
    expect(container.log()).toBe('TRIGGER_ID=abc\nNUMERAI_SECRET_KEY=very-secret\ndone\n');
    expect(await journal()).not.toContain('very-secret');
    expect(await journal()).toMatch(/\["rm","--force","numerai-demo-work-/);
  });

  test('reports that it was killed for its memory', async () => {
    await writeFile(join(folder, 'oom'), '');
    const container = await new DockerRuntime({ program }).start(SPEC);
    expect(await container.ended).toEqual({
      exitCode: 137,
      detail: 'It exceeded its memory limit.',
    });
    await rm(join(folder, 'oom'));
  });

  test('logs in with the password on standard input, in a separate configuration', async () => {
    const runtime = new DockerRuntime({ program });
    const image = 'x.azurecr.io/private:1';
    await expect(runtime.pull({ ...SPEC, image })).rejects.toThrow(/access denied/);
    const registry = { server: 'x.azurecr.io', username: 'someone', password: 'hidden' };
    await runtime.pull({ ...SPEC, image, registry });
    expect(await journal()).toContain(
      '{"args":["login","x.azurecr.io","--username","someone","--password-stdin"],"stdin":"hidden"}',
    );
  });

  test('does not start without its image', async () => {
    const runtime = new DockerRuntime({ program });
    const refused = runtime.pull({ ...SPEC, image: 'missing:1' });
    await expect(refused).rejects.toThrow(ImageUnavailable);
    await expect(refused).rejects.toThrow(/manifest for x not found/);
  });

  test('is removed if it is left from an environment that died', async () => {
    await new DockerRuntime({ program, environmentId: 'mine' }).close();
    expect(await journal()).toContain('["ps","--all","--quiet","--filter","label=numerai-local-container=mine"]');
    expect(await journal()).toContain('["rm","--force","left1","left2"]');
  });
});
