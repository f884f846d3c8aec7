// Names of entries in models.json, made from names of other things.

const MAX_LENGTH = 36;

/** A name in lower-case letters, digits and single hyphens, at most 36, that none of the others has. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`;
    const base = slug.slice(0, MAX_LENGTH - suffix.length).replace(/^-+|-+$/g, '');
    const candidate = `${base === '' ? 'model' : base}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}
