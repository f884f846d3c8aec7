// What the app takes, since it could be meant, and what goes wrong in every round all the same: a web page in the place of an
// image, a command in one word, the names of secrets the wrong way round.

import { pathText } from '../../src/lib/config/models.ts';
import { isNumeraiId } from '../../src/lib/config/numerai-models.ts';
import { secretByName } from './secret-by-name.ts';

export interface Mistake {
  /** The place in the file. */
  readonly key: string;
  readonly found: string;
  readonly remedy: string;
}

type Path = readonly (string | number)[];
type Told = Omit<Mistake, 'key'> | null;
/** Says what is wrong with a value at a place of the file; null where nothing is. */
type Rule = (value: unknown, path: Path, file: unknown) => Told;

const textAt = (value: unknown, key: string): string => {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : '';
};

const webPage: Rule = (value, path) =>
  path.at(-1) === 'image' && typeof value === 'string' && /^(hub|www)\.docker\.com\//.test(value)
    ? {
        found: 'it is a page of a web site, not a registry.',
        remedy: 'Write the image as `docker pull` takes it, with its registry: `docker.io/someone/ensemble:1.4`.',
      }
    : null;

/** What `models` prints for an image that it does not know. */
export const PLACEHOLDER_IMAGE = 'docker.io/you/your-image:1';

const placeholder: Rule = (value, path) =>
  path.at(-1) === 'image' && value === PLACEHOLDER_IMAGE
    ? { found: 'it stands for an image of yours.', remedy: 'Write the name of your image, with its tag.' }
    : null;

const commandInOneWord: Rule = (value, path) =>
  path.at(-1) === 'command' && Array.isArray(value) && value.length === 1 && /^\S+ +\S/.test(String(value[0]))
    ? {
        found: 'it is one word with blanks, and no program has that name.',
        remedy: `Write each word for itself: ${JSON.stringify(String(value[0]).trim().split(/ +/))}.`,
      }
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
  webPage,
  placeholder,
  commandInOneWord,
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
