// Which registry an image comes from: Azure sends it the credentials of that registry, and no others.

import { hasKeys } from './fields.ts';

const DOCKER_HUB = 'docker.io';
/** Docker Hub has several host names. */
const IS_DOCKER_HUB = /^((index|registry-1|registry\.hub)\.)?docker\.(io|com)$/;

/** As Docker reads a name: what stands before the first slash is a host where it has a dot or a port. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : DOCKER_HUB;
}

/**
 * The registry of a container, where it is another than that of its image: it is left unused, and the image is refused.
 * Null where they agree, and where one of them is wrong by itself.
 */
export function foreignRegistry({ image, registry }: { readonly image?: unknown; readonly registry?: unknown }) {
  const server = hasKeys(registry) && 'server' in registry ? registry.server : undefined;
  if (typeof image !== 'string' || typeof server !== 'string' || /:\/\//.test(image + server)) return null;
  const own = registryOf(image);
  if (hostOf(own) === hostOf(server)) return null;
  return { server, expected: `the registry of the image, which is ${own}` };
}

function hostOf(server: string): string {
  const host = server.toLowerCase();
  return IS_DOCKER_HUB.test(host) ? DOCKER_HUB : host;
}
