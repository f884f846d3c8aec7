// Reads Bicep as far as the tests need it: declarations, the keys of objects, names that are used. It is
// no compiler; where it does not understand something it says so rather than guessing.

type DeclarationKind = 'param' | 'var' | 'func' | 'resource' | 'module' | 'output';

export interface Declaration {
  readonly kind: DeclarationKind;
  readonly name: string;
  /** Everything after the name. */
  readonly text: string;
  /** The decorators above it, as they are written. */
  readonly decorators: string;
}

const START = /^(param|var|func|resource|module|output) ([A-Za-z_]\w*)/;

/** What a file takes from another. */
export interface Import {
  readonly names: readonly string[];
  readonly from: string;
}

const IMPORT = /^import \{([^}]*)\} from '([^']+)'$/gm;

export function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(IMPORT)].map(([, names = '', from = '']) => ({
    names: names.split(',').map((name) => name.trim()),
    from,
  }));
}

/** All declarations of a file, in order. */
export function declarationsOf(source: string): readonly Declaration[] {
  const declarations: Declaration[] = [];
  let decorators = '';
  for (const statement of statementsOf(source)) {
    if (statement.startsWith('@')) {
      decorators += `${statement}\n`;
      continue;
    }
    const start = START.exec(statement);
    if (start !== null) {
      const [head, kind, name] = start as unknown as [string, DeclarationKind, string]; // Both groups are required.
      declarations.push({ kind, name, text: statement.slice(head.length).trim(), decorators });
    } else if (!/^(targetScope|import) /.test(statement)) {
      throw new Error(`not understood: ${statement.slice(0, 80)}`);
    }
    decorators = '';
  }
  return declarations;
}

/** Top-level statements: a statement ends with the line in which every bracket is closed again. */
function statementsOf(source: string): readonly string[] {
  const statements: string[] = [];
  let current = '';
  let depth = 0;
  for (const line of withoutComments(source).split('\n')) {
    if (current === '' && line.trim() === '') continue;
    current += `${line}\n`;
    depth += depthChange(line);
    if (depth < 0) throw new Error(`a bracket too many: ${line}`);
    const goesOn = depth > 0 || /[=?:]\s*$/.test(line);
    if (!goesOn) {
      statements.push(current.trimEnd());
      current = '';
    }
  }
  if (depth !== 0) throw new Error('a bracket is not closed');
  return joinContinuations(statements);
}

/** A line that begins with `?` or `:` belongs to the statement before it. */
function joinContinuations(statements: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const statement of statements) {
    const last = joined.at(-1);
    if (last !== undefined && /^\s*[?:]/.test(statement)) joined.push(`${joined.pop()}\n${statement}`);
    else joined.push(statement);
  }
  return joined;
}

function withoutComments(source: string): string {
  return source
    .split('\n')
    .map((line) => {
      const strings = withoutStrings(line);
      const at = strings.indexOf('//');
      return at === -1 ? line : line.slice(0, at);
    })
    .join('\n');
}

/** The line with what is inside its strings blanked out, `${…}` included; same length. */
function withoutStrings(line: string): string {
  return line.replace(/'(?:\\.|[^'\\])*'/g, (text) => `'${' '.repeat(text.length - 2)}'`);
}

function depthChange(line: string): number {
  let change = 0;
  for (const character of withoutStrings(line)) {
    if ('{[('.includes(character)) change++;
    if ('}])'.includes(character)) change--;
  }
  return change;
}

/** The text between the first `{` of `text` that belongs to an object and its partner. */
export function objectIn(text: string): string {
  const blank = text.split('\n').map(withoutStrings).join('\n');
  const from = blank.indexOf('{');
  if (from === -1) throw new Error(`no object in: ${text.slice(0, 80)}`);
  let depth = 0;
  for (let at = from; at < blank.length; at++) {
    if (blank[at] === '{') depth++;
    if (blank[at] === '}' && --depth === 0) return text.slice(from + 1, at);
  }
  throw new Error('an object is not closed');
}

/** Keys of an object's text with the text of their values; keys of nested objects are not among them. */
export function entriesOf(objectText: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  let depth = 0;
  let key = '';
  for (const line of objectText.split('\n')) {
    const start = depth === 0 ? /^\s*(?:'([^']+)'|([A-Za-z_]\w*)): ?(.*)$/.exec(line) : null;
    if (start !== null) {
      key = start[1] ?? start[2] ?? '';
      entries.set(key, start[3] ?? '');
    } else if (key !== '' && line.trim() !== '') {
      entries.set(key, `${entries.get(key)}\n${line}`);
    }
    depth += depthChange(line);
  }
  return entries;
}

/** The string literals of a text. */
export function stringsIn(text: string): readonly string[] {
  return [...text.matchAll(/'((?:\\.|[^'\\])*)'/g)].map(([, inside = '']) => inside);
}

/** A text without what is inside its strings but for `${…}`, which is code. */
function codeOf(text: string): string {
  return text.replace(/'(?:\\.|[^'\\$]|\$(?!\{)|\$\{(?:'(?:\\.|[^'\\])*'|[^'}])*\})*'/g, (string) => {
    const inside = [...string.slice(1, -1).matchAll(/\$\{((?:'(?:\\.|[^'\\])*'|[^'}])*)\}/g)];
    return ` ( ${inside.map(([, code = '']) => codeOf(code)).join(' ) ( ')} ) `;
  });
}

/** The names that a text uses: no keys of objects, no properties of something else. */
export function namesIn(text: string): ReadonlySet<string> {
  // What a loop goes through has a colon behind it as well.
  const code = codeOf(text).replace(/\bin ([\w.]+):/g, 'in $1 :');
  const found = code.matchAll(/(?<![\w.]|\.\?)[A-Za-z_]\w*\b(?!:(?!:))/g);
  return new Set([...found].map(([name]) => name));
}

/** The names that a text itself gives: of a loop, a lambda, or a function's parameters. */
export function namesGivenIn(text: string): ReadonlySet<string> {
  const code = codeOf(text);
  const [, parameters = ''] = /^\(([^)]*)\) \w+ =>/.exec(code) ?? [];
  return new Set([
    ...[...code.matchAll(/\bfor (\w+) in\b/g), ...code.matchAll(/\b(\w+) =>/g)].map(([, name = '']) => name),
    ...parameters.split(',').map((parameter) => parameter.trim().split(' ')[0] ?? ''),
  ]);
}

/** Whether a name is used in a text. */
export const uses = (text: string, name: string): boolean => namesIn(text).has(name);
