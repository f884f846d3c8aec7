// What people paste in the place of a name: a resource id, an address of the portal or of an endpoint, a name as `az ml` has it.

/** By the key: what precedes the name in a resource id, and the setting that says where the thing is. */
const PLACES: Readonly<Record<string, { readonly before: string; readonly setting: string | null }>> = {
  group: { before: 'containerGroups', setting: 'EXISTING_CONTAINER_RESOURCE_GROUP' },
  containerAppsJob: { before: 'jobs', setting: 'EXISTING_JOB_RESOURCE_GROUP' },
  workspace: { before: 'workspaces', setting: 'EXISTING_WORKSPACE_RESOURCE_GROUP' },
  batchEndpoint: { before: 'batchEndpoints', setting: null },
  deployment: { before: 'deployments', setting: null },
};

/** The host of a batch endpoint begins with its name. */
const ENDPOINT = /^https:\/\/([A-Za-z0-9][\w-]*)\.[\w-]+\.inference\.ml\.azure\.com(\/|$)/;

/**
 * What to write in the place of a value that is not accepted; null where that cannot be said.
 * @param key the last of its place in the file, such as `containerAppsJob`.
 */
export function nameAlone(key: string, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const place = Object.hasOwn(PLACES, key) ? PLACES[key] : undefined;
  if (place === undefined) return ofId(key, value);
  const inId = new RegExp(`/${place.before}/([^/?#&]+)`, 'i').exec(decoded(value))?.[1];
  const name = inId ?? (key === 'batchEndpoint' ? ENDPOINT.exec(value)?.[1] : undefined) ?? bare(value);
  if (name === undefined || name === value) return null;
  const where =
    inId === undefined || place.setting === null
      ? ''
      : `; its resource group is the setting ${place.setting}, in the subscription of the app`;
  return `Write its name alone, \`${name}\`${where}.`;
}

/** Where an id is accepted as well. */
function ofId(key: string, value: string): string | null {
  if (key === 'environment' && /@\w+$|\/labels\//.test(value))
    return 'Write the version that the label stands for: `az ml environment show --label latest --query version` says it.';
  const isId = /^(azureml:)?\/subscriptions\/.*[^/]\/+$/.test(value);
  return isId && ['compute', 'environment', 'identity', 'subnet'].includes(key)
    ? 'Write the id without the slash at its end.'
    : null;
}

const bare = (value: string): string | undefined => /^(?:azureml:)?([A-Za-z0-9][\w-]*)\/*$/.exec(value)?.[1];

/** An address may hold an id in its percent-encoding. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
