// The part of OData's `$filter` that the app uses: comparisons with text and truth values, `and`, `or`, brackets.

type Row = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

const TOKEN = /\s*('(?:[^']|'')*'|\(|\)|[\w.]+)/y;

/** Whether rows satisfy a filter. Throws for one that goes beyond what is known here. */
export function filterOf(filter: string): Test {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(filter); match !== null; match = TOKEN.exec(filter)) tokens.push(match[1] ?? '');
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
    const value = literalOf(literal);
    return (row) => compare(row[name], operator, value);
  };
  const test = either();
  if (tokens.length > 0) throw new Error(`Not understood in a filter: ${tokens.join(' ')}`);
  return test;
}

function literalOf(literal: string): string | boolean {
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("''", "'");
  if (literal === 'true' || literal === 'false') return literal === 'true';
  throw new Error(`Not understood in a filter: ${literal}`);
}

/** A row that lacks the column satisfies no comparison. */
function compare(value: unknown, operator: string, literal: string | boolean): boolean {
  if (typeof value !== 'string' && typeof value !== 'boolean') return false;
  switch (operator) {
    case 'eq':
      return value === literal;
    case 'ne':
      return value !== literal;
    case 'gt':
      return value > literal;
    case 'ge':
      return value >= literal;
    case 'lt':
      return value < literal;
    case 'le':
      return value <= literal;
    default:
      throw new Error(`Not understood in a filter: ${operator}`);
  }
}
