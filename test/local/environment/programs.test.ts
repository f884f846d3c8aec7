// A participant's own program in place of its image.

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ProcessRuntime } from '../../../local/containers/process.ts';
import { imagesOf, withProgram } from '../../../local/environment/programs.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'program-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dockerfile = (text: string) => writeFileSync(join(folder, 'Dockerfile'), text);
const commandOf = (text: string) => {
  dockerfile(text);
  return imagesOf({ mine: folder }, {}).mine?.command;
};

test('runs what the Dockerfile runs, in its folder, with the variables of the group', async () => {
  dockerfile(`FROM node\nCMD ["node", "program.js"]\n`);
  writeFileSync(
    join(folder, 'program.js'),
    'console.log(process.cwd(), process.env.A, process.env.B); process.exit(3)',
  );
  const runtime = new ProcessRuntime({ images: imagesOf({ mine: folder }, { A: '1', B: '2' }) });
  const container = await runtime.start({ name: 'g/c', image: 'mine', env: { B: '3' }, cpu: 1, memoryGB: 1 });
  expect(await container.ended).toEqual({ exitCode: 3 });
  expect(container.log()).toBe(`${folder} 1 3\n`);
  await runtime.close();
});

test.each<[string, string, string[]]>([
  ['the last CMD', 'CMD ["a"]\ncmd ["b", "c"]', ['b', 'c']],
  ['CMD after ENTRYPOINT', 'CMD ["x.py"]\nENTRYPOINT ["python", "-u"]', ['python', '-u', 'x.py']],
  ['a line that goes on', 'CMD ["python", \\\n  "x.py"]', ['python', 'x.py']],
])('the command is %s', (_, text, command) => {
  expect(commandOf(text)).toEqual(command);
});

test.each([
  ['FROM python', 'neither CMD nor ENTRYPOINT'],
  ['CMD python predict.py', 'CMD of program-.*/Dockerfile is not in the exec form'],
  ['CMD []', 'not in the exec form'],
])('a Dockerfile of %j says what is wrong', (text, message) => {
  expect(() => commandOf(text)).toThrow(new RegExp(message));
});

test('the command line names image and folder, several times', () => {
  const one = withProgram('docker.io/me/a:1=x');
  expect(withProgram('b=/y', one)).toEqual({ 'docker.io/me/a:1': resolve('x'), b: '/y' });
  expect(() => withProgram('docker.io/me/a:1')).toThrow('must be IMAGE=FOLDER');
  expect(() => imagesOf({ a: join(folder, 'none') }, {})).toThrow('has no Dockerfile');
});
