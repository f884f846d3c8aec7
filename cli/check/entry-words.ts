// Which model or job a place of models.json belongs to, be the file right or wrong.

export interface EntryInFile {
  readonly kind: 'model' | 'job';
  readonly name: string;
}

/** Null where the place is none of an entry, or of one without a name. */
export function entryAt(content: unknown, key: string): EntryInFile | null {
  const { list = '', index = '' } = /^(?<list>models|jobs)\[(?<index>\d+)\]/.exec(key)?.groups ?? {};
  const name = valueAt(valueAt(valueAt(content, list), index), 'name');
  return typeof name === 'string' && name !== '' ? { kind: list === 'jobs' ? 'job' : 'model', name } : null;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** `model nightly`; what is no name is shortened. */
export function entryWords({ kind, name }: EntryInFile): string {
  return `${kind} ${name.length > 40 ? `${name.slice(0, 40)}…` : name}`;
}
