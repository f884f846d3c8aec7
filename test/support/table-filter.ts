// The part of OData's `$filter` that the app uses: comparisons with text and truth values, `and`, `or`, brackets.

type Row = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

const TOKEN = /\s*('(?:[^']|'')*'|\(|\)|[\w.]+)/y;
const filters = new Map<string, Test>();

/** Whether a row satisfies a filter; throws for one that goes beyond what is known here. */
export function matchesFilter(filter: string, row: Row): boolean {
  let test = filters.get(filter);
  if (test === undefined) {
    test = parse(filter);
    if (filters.size < 10_000) filters.set(filter, test);
  }
  return test(row);
}

function parse(filter: string): Test {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(filter); match !== null; match = TOKEN.exec(filter))
    tokens.push(match[1] ?? '');
  const take = (): string => tokens.shift() ?? '';

  const either = (): Test => {
    const first = both();
    if (tokens[0] !== 'or') return first;
    take();
    const second = either();
    return (row) => first(row) || second(row);
  };
  const both = (): Test => {
    const first = one();
    if (tokens[0] !== 'and') return first;
    take();
    const second = both();
    return (row) => first(row) && second(row);
  };
  const one = (): Test => {
    if (tokens[0] === '(') {
      take();
      const inner = either();
      take();
      return inner;
    }
    const [name, operator, literal] = [take(), take(), take()];
    const wanted = literal.startsWith("'")
      ? literal.slice(1, -1).replaceAll("''", "'")
      : literal === 'true';
    return (row) => compare(row[name], operator, wanted);
  };
  const test = either();
  if (tokens.length > 0) throw new Error(`Not understood in a filter: ${tokens.join(' ')}`);
  return test;
}

function compare(value: unknown, operator: string, wanted: string | boolean): boolean {
  if (typeof wanted === 'boolean') return operator === 'eq' && value === wanted;
  if (typeof value !== 'string') return false;
  switch (operator) {
    case 'eq':
      return value === wanted;
    case 'gt':
      return value > wanted;
    case 'ge':
      return value >= wanted;
    case 'lt':
      return value < wanted;
    case 'le':
      return value <= wanted;
    default:
      throw new Error(`Not understood in a filter: ${operator}`);
  }
}
