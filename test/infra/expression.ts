// Bicep's expressions, as far as the template has them: read, and evaluated with the values of names. No compiler is needed to
// know what the template makes of a models.json.

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };
export type Lambda = (...values: readonly Value[]) => Value;
type Argument = Value | Lambda;

/** What names stand for. */
export interface Scope {
  value(name: string): Value;
  call(name: string, values: readonly Argument[]): Value;
}

type Token = { readonly kind: 'name' | 'number' | 'text' | 'sign'; readonly text: string; readonly onNewLine: boolean };

const TOKEN =
  /\s+|\/\/[^\n]*|(?<name>[A-Za-z_]\w*)|(?<number>\d+)|(?<text>'(?:\\.|\$\{(?:'(?:\\.|[^'\\])*'|[^'}])*\}|[^'\\])*')|(?<sign>=>|\?\?|\.\?|==|!=|&&|\|\||[{}()[\],.:?!*+-])/gy;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let onNewLine = false;
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [kind, found] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (found === undefined) {
      onNewLine ||= match[0].includes('\n');
      continue;
    }
    tokens.push({ kind: kind as Token['kind'], text: found, onNewLine }); // The groups of TOKEN are the kinds.
    onNewLine = false;
  }
  if (end !== text.length) throw new Error(`not understood: ${text.slice(end, end + 60)}`);
  return tokens;
}

type Code = (scope: Scope) => Value;

/** @throws where the text is not one expression. */
export function evaluate(text: string, scope: Scope): Value {
  try {
    const parser = new Parser(tokensOf(text));
    const code = parser.expression();
    parser.expectEnd();
    return code(scope);
  } catch (error) {
    throw new Error(`in ${text.trim().slice(0, 300)}`, { cause: error });
  }
}

/** From the weakest to the strongest. */
const BINARY: readonly (readonly string[])[] = [['??'], ['||'], ['&&'], ['==', '!='], ['+', '-'], ['*']];

class Parser {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  private get next(): Token | undefined {
    return this.tokens[this.at];
  }

  private take(sign: string): boolean {
    if (this.next?.kind !== 'sign' || this.next.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private must(sign: string): void {
    if (!this.take(sign)) throw new Error(`${sign} expected, and not ${this.next?.text}`);
  }

  expectEnd(): void {
    if (this.next !== undefined) throw new Error(`nothing expected, and not ${this.next.text}`);
  }

  expression(): Code {
    const condition = this.binary(0);
    if (!this.take('?')) return condition;
    const yes = this.expression();
    this.must(':');
    const no = this.expression();
    return (scope) => (condition(scope) === true ? yes(scope) : no(scope));
  }

  private binary(level: number): Code {
    const signs = BINARY[level];
    if (signs === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const sign = signs.find((each) => this.take(each));
      if (sign === undefined) return left;
      left = operation(sign, left, this.binary(level + 1));
    }
  }

  private unary(): Code {
    if (this.take('!')) {
      const inner = this.unary();
      return (scope) => inner(scope) !== true;
    }
    return this.postfix(this.primary());
  }

  private postfix(base: Code): Code {
    if (this.take('.')) {
      const name = this.name();
      // What is asked of a resource takes no arguments here.
      if (this.take('(')) this.must(')');
      return this.postfix((scope) => property(base(scope), name));
    }
    if (this.next?.text === '.?') return this.safe(base);
    if (this.next?.onNewLine === false && this.take('[')) {
      const index = this.expression();
      this.must(']');
      return this.postfix((scope) => element(base(scope), index(scope)));
    }
    // `x!` says to the compiler that there is one.
    if (this.next?.onNewLine === false && this.take('!')) return this.postfix(base);
    return base;
  }

  /** Where there is nothing, the rest of the chain is not looked at. */
  private safe(base: Code): Code {
    this.must('.?');
    const name = this.name();
    let value: Value = null;
    const rest = this.postfix(() => value);
    return (scope) => {
      const found = base(scope);
      if (found !== null && (typeof found !== 'object' || Array.isArray(found)))
        throw new Error(`no property ${name} can be had of ${JSON.stringify(found)}`);
      value = found === null ? null : (Reflect.get(found, name) ?? null);
      return value === null ? null : rest(scope);
    };
  }

  private name(): string {
    const token = this.next;
    if (token?.kind !== 'name') throw new Error(`a name expected, and not ${token?.text}`);
    this.at += 1;
    return token.text;
  }

  private primary(): Code {
    const token = this.next;
    if (token === undefined) throw new Error('an expression expected');
    if (this.take('(')) {
      const inner = this.expression();
      this.must(')');
      return inner;
    }
    if (this.take('[')) return this.list();
    if (this.take('{')) return this.object();
    this.at += 1;
    if (token.kind === 'number') return () => Number(token.text);
    if (token.kind === 'text') return textOf(token.text);
    if (token.kind !== 'name') throw new Error(`an expression expected, and not ${token.text}`);
    if (this.next?.onNewLine === false && this.take('(')) return this.call(token.text);
    if (token.text === 'true' || token.text === 'false') return () => token.text === 'true';
    if (token.text === 'null') return () => null;
    return (scope) => scope.value(token.text);
  }

  private list(): Code {
    const elements: Code[] = [];
    while (!this.take(']')) {
      elements.push(this.expression());
      this.take(',');
    }
    return (scope) => elements.map((each) => each(scope));
  }

  private object(): Code {
    const entries: (readonly [Code, Code])[] = [];
    const keys = new Set<string>();
    while (!this.take('}')) {
      const { kind, text } = this.next ?? { kind: 'sign', text: '' };
      // As the compiler does.
      if (keys.has(text)) throw new Error(`${text} stands twice in an object`);
      keys.add(text);
      this.at += 1;
      this.must(':');
      entries.push([kind === 'text' ? textOf(text) : () => text, this.expression()]);
      this.take(',');
    }
    return (scope) => Object.fromEntries(entries.map(([key, value]) => [String(key(scope)), value(scope)]));
  }

  private call(name: string): Code {
    const parts: (readonly [lambda: string | null, Code])[] = [];
    while (!this.take(')')) {
      const isLambda = this.next?.kind === 'name' && this.tokens[this.at + 1]?.text === '=>';
      const parameter = isLambda ? this.name() : null;
      if (isLambda) this.must('=>');
      parts.push([parameter, this.expression()]);
      this.take(',');
    }
    return (scope) =>
      scope.call(
        name,
        parts.map(([lambda, code]) => (lambda === null ? code(scope) : lambdaOf(lambda, code, scope))),
      );
  }
}

function lambdaOf(parameter: string, code: Code, scope: Scope): Lambda {
  return (given = null) => code(withValue(scope, parameter, given));
}

/** The scope with one name more. */
export function withValue(scope: Scope, name: string, given: Value): Scope {
  return { ...scope, value: (asked) => (asked === name ? given : scope.value(asked)) };
}

function operation(sign: string, left: Code, right: Code): Code {
  return (scope) => {
    const first = left(scope);
    switch (sign) {
      case '??':
        return first ?? right(scope);
      case '||':
        return first === true || right(scope) === true;
      case '&&':
        return first === true && right(scope) === true;
      case '==':
        return first === right(scope);
      case '!=':
        return first !== right(scope);
      default:
        return arithmetic(sign, first, right(scope));
    }
  };
}

/** Bicep has whole numbers only. */
function arithmetic(sign: string, first: Value, second: Value): number {
  if (!Number.isInteger(first) || !Number.isInteger(second))
    throw new Error(`whole numbers expected: ${first} ${sign} ${second}`);
  const [a, b] = [Number(first), Number(second)];
  return sign === '*' ? a * b : sign === '+' ? a + b : a - b;
}

function textOf(token: string): Code {
  const parts = token.slice(1, -1).split(/\$\{((?:'(?:\\.|[^'\\])*'|[^'}])*)\}/);
  return (scope) =>
    parts
      .map((part, index) => (index % 2 === 0 ? part.replace(/\\(.)/g, '$1') : shown(evaluate(part, scope))))
      .join('');
}

function shown(value: Value): string {
  if (typeof value === 'object') throw new Error(`no text: ${JSON.stringify(value)}`);
  return String(value);
}

function property(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    throw new Error(`there is no ${name} in ${JSON.stringify(value)}`);
  return Reflect.get(value, name);
}

function element(value: Value, index: Value): Value {
  const found: Value | undefined = Array.isArray(value) ? value[Number(index)] : undefined;
  if (found === undefined) throw new Error(`index ${index} is out of bounds of ${JSON.stringify(value)}`);
  return found;
}
