// Where the name of a secret belongs, in the place of a value or of a reference that a container gets as it is written.

type Path = readonly (string | number)[];

/** What to write in the place of a variable in `env`, by the kind of its container. @param content of the whole file. */
export function secretByName(content: unknown, path: Path, secret?: string): string {
  const name = String(path.at(-1));
  const written = `"secrets": { ${JSON.stringify(name)}: ${JSON.stringify(secret ?? 'the name of the secret')} }`;
  const container = path.slice(0, -2).reduce(at, content);
  const job = at(container, 'containerAppsJob');
  if (typeof job === 'string')
    return `give the job ${job} a reference to Key Vault, as docs/containers.md ("Making one yourself") does it`;
  return job === undefined ? `write ${written}` : `write ${written} into \`containerAppsJob\``;
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
