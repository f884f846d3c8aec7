// Secrets that stand in models.json themselves, where their names belong: the file is deployed, and is in a repository.

import { pathText } from '../../src/lib/config/models.ts';
import { secretByName } from './secret-by-name.ts';
import { secretInVariable, shapeOf } from './secret-shapes.ts';

export interface PlainSecret {
  /** The place in the file. */
  readonly key: string;
  /** What it seems to be; nothing of its value. */
  readonly what: string;
  readonly remedy: string;
}

type Path = readonly (string | number)[];

/** All that look like secrets, wherever they stand in the file, be it right or wrong otherwise. */
export function plainSecretsIn(content: unknown): readonly PlainSecret[] {
  const found: PlainSecret[] = [];
  const visit = (value: unknown, path: Path, before?: unknown): void => {
    if (typeof value === 'string') {
      const what = whatIs(value, path) ?? (isOfCommand(path) ? (inArgument(value, before) ?? inScript(value)) : null);
      if (what !== null) found.push({ key: pathText(path), what, remedy: remedyFor(path, content) });
    } else if (typeof value === 'object' && value !== null) {
      const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
      let last: unknown;
      for (const [key, inner] of entries) {
        visit(inner, [...path, key], last);
        last = inner;
      }
    }
  };
  visit(content, []);
  return found;
}

function whatIs(value: string, path: Path): string | null {
  const name = path.at(-1);
  if (path.at(-2) === 'env' && typeof name === 'string') return secretInVariable(name, value);
  return shapeOf(value);
}

/** A word of a command, or, of a job of Machine Learning, all of it. */
const isOfCommand = (path: Path): boolean => path.at(-2) === 'command' || path.at(-1) === 'command';

/** What stands in the words of `sh -c "…"`; what the shell itself puts in there is none. */
function inScript(text: string): string | null {
  if (!/\s/.test(text)) return null;
  const words = text.split(/[\s;&|]+/).map((word) => word.replace(/^["'(]+|["')]+$/g, ''));
  for (const [index, word] of words.entries()) {
    const what = shapeOf(word) ?? (/(^|=)["']?[$`]/.test(word) ? null : inArgument(word, words[index - 1]));
    if (what !== null) return what;
  }
  return null;
}

/** `--api-key=…`, or the word after `--api-key`. */
function inArgument(word: string, before: unknown): string | null {
  const whole = typeof before === 'string' && /^--?[\w-]+$/.test(before) ? `${before}=${word}` : word;
  const { name, value } = /^-{0,2}(?<name>[\w-]+)=(?<value>.+)$/s.exec(whole)?.groups ?? {};
  return name === undefined || value === undefined ? null : secretInVariable(name.replaceAll('-', '_'), value);
}

const ROTATE = 'If the file was ever committed or deployed with it, make a new one and delete this one.';

function remedyFor(path: Path, content: unknown): string {
  const name = String(path.at(-1));
  if (isOfCommand(path))
    return `Put the value into Key Vault (npm run azure:secrets), give it to the container as a variable by \`secrets\`, and let the program read that. ${ROTATE}`;
  if (path.includes('inputs'))
    return `Take it out: inputs stand in the record of the job. Let the pipeline read the secret itself, or data by way of a datastore (\`azureml://datastores/NAME/paths/PATH\`). ${ROTATE}`;
  if (path.at(-2) !== 'env')
    return `Put the value into Key Vault (npm run azure:secrets), and write here only the name of the secret, such as \`numerai-secret-key\`. ${ROTATE}`;
  const secret = name.toLowerCase().replaceAll('_', '-');
  return `Put the value into Key Vault (npm run azure:secrets), take it out of \`env\`, and ${secretByName(content, path, secret)}. ${ROTATE}`;
}
