// What the app takes, since it could be meant, and what goes wrong in every round all the same: a web page in the place of an
// image, a command in one word, the names of secrets the wrong way round.

import { pathText } from '../../src/lib/config/models.ts';
import { isNumeraiId } from '../../src/lib/config/numerai-models.ts';
import { imageMistake, type Told } from './image-mistakes.ts';
import { secretByName } from './secret-by-name.ts';

export interface Mistake extends Told {
  /** The place in the file. */
  readonly key: string;
}

type Path = readonly (string | number)[];
/** Says what is wrong with a value at a place of the file; null where nothing is. */
type Rule = (value: unknown, path: Path, file: unknown) => Told | null;

const textAt = (value: unknown, key: string): string => {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : '';
};

const ofImage =
  (mistakeIn: (image: string) => Told | null): Rule =>
  (value, path) =>
    path.at(-1) === 'image' && typeof value === 'string' ? mistakeIn(value) : null;

const commandInOneWord: Rule = (value, path) =>
  path.at(-1) === 'command' && Array.isArray(value) && value.length === 1 && /^\S+ +\S/.test(String(value[0]))
    ? {
        found: 'it is one word with blanks, and no program has that name.',
        remedy: `Write each word for itself: ${JSON.stringify(String(value[0]).trim().split(/ +/))}.`,
      }
    : null;

/** What a shell acts on, as a word of its own; not what a program may be given, such as `;` and `|`. */
const OF_A_SHELL = /^(&&|\|\||>>?|&>|2>(&1)?|\$([A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\}))$/;
const SHELL_ITSELF = /^(.*\/)?(ba|da|z)?sh$|^-\w*c$/;

const shellWithoutShell: Rule = (value, path) => {
  if (path.at(-1) !== 'command' || !Array.isArray(value)) return null;
  const words = value.map(String);
  // What follows an option may be its value.
  const word = words.find(
    (each, index) => OF_A_SHELL.test(each) && (each.startsWith('$') || !words[index - 1]?.startsWith('-')),
  );
  if (word === undefined) return null;
  const script = words.filter((each) => !SHELL_ITSELF.test(each)).join(' ');
  return {
    found: `no shell reads it, and the program gets \`${word}\` as it is written.`,
    remedy: `Let a shell read all of it: ${JSON.stringify(['sh', '-c', script])}.`,
  };
};

/** What a reader of UTF-8 puts where the bytes are none. */
const otherEncoding: Rule = (value) =>
  typeof value === 'string' && value.includes('\uFFFD')
    ? { found: 'it has a character that is not UTF-8.', remedy: 'Save the file in UTF-8.' }
    : null;

const slotThatIsNoName: Rule = (value, path) =>
  path.at(-2) === 'numeraiModels' && typeof value === 'string' && !isNumeraiId(value) && /[^\w-]/.test(value)
    ? {
        found: 'it is no name of a model at Numerai.',
        remedy: `Write the name alone, such as \`${/\w+(?=\W*$)/.exec(value)?.[0] ?? 'my_model'}\`, or the id.`,
      }
    : null;

const REFERENCE = /^(@Microsoft\.KeyVault\(|(secretref|keyvaultref):)/;

const vaultReference: Rule = (value, path, file) =>
  path.at(-2) === 'env' && typeof value === 'string' && REFERENCE.test(value)
    ? {
        found: `it is a reference to Key Vault, which a container gets as it is written: ${value.startsWith('@') ? 'only the settings of an app resolve it' : 'nothing resolves it'}.`,
        remedy: `Take it out of \`env\`, and ${secretByName(file, path)}.`,
      }
    : null;

const keysTheWrongWay: Rule = (value, path) => {
  const [publicId, secretKey] =
    path.at(-1) === 'secrets'
      ? [textAt(value, 'NUMERAI_PUBLIC_ID'), textAt(value, 'NUMERAI_SECRET_KEY')]
      : path.at(-1) === 'numeraiKeys'
        ? [textAt(value, 'publicId'), textAt(value, 'secretKey')]
        : ['', ''];
  if (publicId === '' || secretKey === '') return null;
  if (publicId === secretKey)
    return {
      found: `the public id and the secret of the API key are one secret, ${publicId}.`,
      remedy: 'Name two: a public id has 32 characters, a secret 64.',
    };
  return /secret/i.test(publicId) && /public/i.test(secretKey)
    ? { found: 'the public id and the secret of the API key seem to be the wrong way round.', remedy: 'Change them.' }
    : null;
};

const identityElsewhere: Rule = (value, path) => {
  const server = textAt(value, 'server');
  const isAzures = /(^$|\.azurecr\.(io|cn|us)$)/i.test(server);
  return path.at(-1) === 'registry' && textAt(value, 'identity') !== '' && !isAzures
    ? {
        found: `${server} knows no identities of Azure: only Azure's own registries (*.azurecr.io) do.`,
        remedy: 'Write `username` and `passwordSecret` in place of `identity`.',
      }
    : null;
};

const RULES: readonly Rule[] = [
  ofImage(imageMistake),
  commandInOneWord,
  shellWithoutShell,
  otherEncoding,
  slotThatIsNoName,
  vaultReference,
  keysTheWrongWay,
  identityElsewhere,
];

/** All of them, be the file right or wrong otherwise. */
export function likelyMistakesIn(content: unknown, path: Path = [], file = content): readonly Mistake[] {
  const here = RULES.flatMap((rule) => {
    const told = rule(content, path, file);
    return told === null ? [] : [{ key: pathText(path), ...told }];
  });
  if (typeof content !== 'object' || content === null) return here;
  const entries = Array.isArray(content) ? [...content.entries()] : Object.entries(content);
  return [...here, ...entries.flatMap(([key, inner]) => likelyMistakesIn(inner, [...path, key], file))];
}
