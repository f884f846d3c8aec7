// What is wrong with an image that has the form of one: a page of a web site, a registry that is misspelt, a name to fill in.

import { nearest } from '../../src/lib/util/nearest.ts';

/** What is wrong, and what to do. */
export interface Told {
  readonly found: string;
  readonly remedy: string;
}

/** What `models` prints for an image that it does not know. */
export const PLACEHOLDER_IMAGE = 'docker.io/you/your-image:1';

/** Where people copy an address from that no image is pulled from. */
const WEB_PAGE =
  /^((hub|www|app)\.docker\.com|docker\.com|(www\.)?github\.com|gitlab\.com|bitbucket\.org|huggingface\.co|portal\.azure\.com|numer\.ai|quay\.io\/repository)\//;

const REGISTRIES = ['docker.io', 'ghcr.io', 'gcr.io', 'quay.io', 'mcr.microsoft.com', 'public.ecr.aws'];
/** One of them is too short to be told from others. */
const MEANT = REGISTRIES.filter((registry) => registry !== 'gcr.io');

export function imageMistake(image: string): Told | null {
  if (image === PLACEHOLDER_IMAGE)
    return { found: 'it stands for an image of yours.', remedy: 'Write the name of your image, with its tag.' };
  if (WEB_PAGE.test(image))
    return {
      found: 'it is a page of a web site, not a registry.',
      remedy: 'Write the image as `docker pull` takes it, with its registry: `docker.io/someone/ensemble:1.4`.',
    };
  const meant = meantBy(/^([^/]*\.[^/:]*)\//.exec(image)?.[1] ?? '');
  return meant === null
    ? null
    : { found: `its registry is all but ${meant}.`, remedy: `Write it as ${meant}${image.slice(image.indexOf('/'))}.` };
}

/** The registry that all but has this name; null where it is one itself, or like none. */
function meantBy(host: string): string | null {
  if (host === '' || REGISTRIES.includes(host)) return null;
  const [, name = '', azures = ''] = /^([a-z0-9]+)\.(\w+\.\w+)$/.exec(host) ?? [];
  if (azures !== '' && !/^azurecr\.(io|cn|us)$/.test(azures) && nearest(azures, ['azurecr.io']) !== null)
    return `${name}.azurecr.io`;
  return nearest(host, MEANT, 1);
}
