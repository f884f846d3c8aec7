// Route templates, matched as in the real host. They are ASP.NET Core's templates without its precedence: the
// host tries the functions in alphabetical order and takes the first whose template and methods match
// (Azure/azure-functions-host issues 3153, 9876). A method that no function accepts is a 404, not a 405
// (issue 10098).

export interface RouteOwner {
  readonly name: string;
  /** Without the prefix. Absent: the function's name. */
  readonly route?: string | undefined;
  /** Absent: every method. */
  readonly methods?: readonly string[] | undefined;
}

export interface RouteMatch<Owner> {
  readonly owner: Owner;
  readonly params: Readonly<Record<string, string>>;
}

interface Route<Owner> {
  readonly owner: Owner;
  readonly methods: readonly string[] | undefined;
  readonly segments: readonly Segment[];
}

interface Segment {
  /** Matches one decoded path segment, or the rest of the path for a catch-all. */
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly constraints: readonly ((value: string) => boolean)[][];
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly fallback: string | undefined;
}

/** The real host would refuse to map the route. */
class RouteError extends Error {}

/** Compiles the routes of all functions. The result finds the function for a request. */
export function createRouter<Owner extends RouteOwner>(
  owners: readonly Owner[],
  prefix: string,
): (method: string, path: string) => RouteMatch<Owner> | undefined {
  const routes = owners
    .toSorted((a, b) => compareNames(a.name, b.name))
    .map((owner): Route<Owner> => {
      const template = joinPath(prefix, owner.route === undefined || owner.route === '' ? owner.name : owner.route);
      return {
        owner,
        methods: owner.methods?.map((method) => method.toUpperCase()),
        segments: parseTemplate(template),
      };
    });
  return (method, path) => {
    const parts = segmentsOf(path);
    if (parts[0]?.toLowerCase() === 'admin') return undefined;
    for (const route of routes) {
      if (route.methods !== undefined && !route.methods.includes(method)) continue;
      const params = matchSegments(route.segments, parts);
      if (params !== undefined) return { owner: route.owner, params };
    }
    return undefined;
  };
}

function compareNames(a: string, b: string): number {
  const [upperA, upperB] = [a.toUpperCase(), b.toUpperCase()];
  return upperA < upperB ? -1 : upperA > upperB ? 1 : 0;
}

const joinPath = (prefix: string, route: string): string =>
  [prefix, route.replace(/^\/|\/$/g, '')].filter((part) => part !== '').join('/');

/** The decoded segments of a path. What is no UTF-8 stays encoded, and so does a slash: a value must not add a segment. */
export function segmentsOf(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  return trimmed.split('/').map((part) => part.replace(/(?:%(?!2f)[\da-f]{2})+/gi, decoded));
}

function decoded(octets: string): string {
  try {
    return decodeURIComponent(octets);
  } catch {
    return octets;
  }
}

function parseTemplate(template: string): Segment[] {
  if (template === '') return [];
  const texts = splitTemplate(template);
  const segments = texts.map(parseSegment);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment.catchAll && !last)
      throw new RouteError(`A catch-all parameter can only be the last segment of '${template}'.`);
    if (segment.optional && segments.slice(index).some((later) => !later.optional && !later.catchAll))
      throw new RouteError(`An optional parameter must be at the end of '${template}'.`);
  });
  return segments;
}

/** Splits at slashes outside braces: a regular expression in a constraint may contain slashes. */
function splitTemplate(template: string): string[] {
  const segments = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === '/' && depth === 0) segments.push('');
    else segments[segments.length - 1] += character;
  }
  if (depth !== 0) throw new RouteError(`There is an incomplete parameter in '${template}'.`);
  return segments;
}

function parseSegment(text: string): Segment {
  const names: string[] = [];
  const constraints: ((value: string) => boolean)[][] = [];
  let source = '';
  let optional = false;
  let catchAll = false;
  let fallback: string | undefined;
  for (const part of text.matchAll(/\{((?:[^{}]|\{\{|\}\}|\{[^{}]*\})+)\}|([^{]+)/g)) {
    if (part[2] !== undefined) {
      source += part[2].replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      continue;
    }
    const parameter = parseParameter(part[1] ?? '');
    names.push(parameter.name);
    constraints.push(parameter.constraints);
    optional ||= parameter.optional;
    catchAll ||= parameter.catchAll;
    fallback ??= parameter.fallback;
    source += parameter.catchAll ? '(.*)' : '([^/]+?)';
  }
  return {
    pattern: new RegExp(`^${source}$`, 'is'),
    names,
    constraints,
    optional: optional || fallback !== undefined,
    catchAll,
    fallback,
  };
}

function parseParameter(text: string): {
  name: string;
  constraints: ((value: string) => boolean)[];
  optional: boolean;
  catchAll: boolean;
  fallback: string | undefined;
} {
  const match = /^(\*{0,2})([^:=?*]+)((?::(?:[a-z]+)(?:\((?:[^()]|\([^()]*\))*\))?)*)(?:=([^?]*))?(\?)?$/i.exec(text);
  if (match === null) throw new RouteError(`'{${text}}' is not a route parameter.`);
  const [, stars = '', name = '', constraintText = '', fallback, optional] = match;
  const constraints = [...constraintText.matchAll(/:([a-z]+)(?:\(((?:[^()]|\([^()]*\))*)\))?/gi)].map(
    ([, kind = '', argument]) => constraint(kind.toLowerCase(), argument ?? ''),
  );
  return { name, constraints, optional: optional === '?', catchAll: stars !== '', fallback };
}

function constraint(kind: string, argument: string): (value: string) => boolean {
  const [first = Number.NaN, second = first] = argument.split(',').map(Number);
  const integer = (value: string) => /^[+-]?\d+$/.test(value);
  const number = (value: string) => value.trim() !== '' && Number.isFinite(Number(value));
  switch (kind) {
    case 'int':
    case 'long':
      return integer;
    case 'bool':
      return (value) => /^(true|false)$/i.test(value);
    case 'datetime':
      return (value) => !Number.isNaN(Date.parse(value));
    case 'decimal':
    case 'double':
    case 'float':
      return number;
    case 'guid':
      return (value) => /^[{(]?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}[)}]?$/i.test(value);
    case 'alpha':
      return (value) => /^[a-z]*$/i.test(value);
    case 'length':
      return (value) => value.length >= first && value.length <= second;
    case 'minlength':
      return (value) => value.length >= first;
    case 'maxlength':
      return (value) => value.length <= first;
    case 'min':
      return (value) => integer(value) && Number(value) >= first;
    case 'max':
      return (value) => integer(value) && Number(value) <= first;
    case 'range':
      return (value) => integer(value) && Number(value) >= first && Number(value) <= second;
    case 'required':
      return (value) => value !== '';
    case 'regex': {
      const pattern = new RegExp(argument.replaceAll('{{', '{').replaceAll('}}', '}'), 'i');
      return (value) => pattern.test(value);
    }
    default:
      throw new RouteError(`The constraint '${kind}' could not be resolved.`);
  }
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const last = segments.at(-1);
  if (parts.length > segments.length && last?.catchAll !== true) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = segment.catchAll ? parts.slice(index).join('/') : parts[index];
    if (value === undefined || (segment.catchAll && value === '')) {
      if (!segment.optional && !segment.catchAll) return undefined;
      const [name] = segment.names;
      if (name !== undefined && segment.fallback !== undefined) params[name] = segment.fallback;
      continue;
    }
    const found = segment.pattern.exec(value);
    if (found === null) return undefined;
    for (const [position, name] of segment.names.entries()) {
      const text = found[position + 1] ?? '';
      if (segment.constraints[position]?.some((isMet) => !isMet(text))) return undefined;
      params[name] = text;
    }
  }
  return params;
}
