// The part of the real host's admin API that people and tools use: state, functions, keys, running a function now
// (HostController, FunctionsController, KeysController).

import { randomUUID } from 'node:crypto';
import type { AuthLevel, HostKeys } from './keys.ts';
import { segmentsOf } from './routes.ts';
import type { ServerContent } from './server-content.ts';
import { HOST_VERSION, type RegisteredFunction } from './worker.ts';

export interface AdminCall {
  readonly method: string;
  readonly url: URL;
  readonly level: AuthLevel;
  readonly contentType: string;
  readonly readBody: () => Promise<Buffer>;
}

export interface AdminAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly content?: object;
}

const INSTANCE_ID = randomUUID().replaceAll('-', '');

export async function administer(content: ServerContent, call: AdminCall): Promise<AdminAnswer> {
  const { method, url, level } = call;
  const [, area = '', name, part, ...more] = segmentsOf(url.pathname);
  const isRead = method === 'GET';
  if (area === 'host' && name === 'ping') return { status: 200 };
  // A key that is valid, but no master key.
  if (level !== 'admin') return { status: level === 'anonymous' ? 401 : 403 };
  if (more.length > 0) return { status: 404 };
  if (area === 'host' && isRead) return readHost(content, url, name, part);
  if (area !== 'functions') return { status: 404 };
  if (name === undefined)
    return isRead ? ok(content.functions.map((one) => describe(content, one, url.origin))) : { status: 404 };
  const registered = content.functions.find((one) => one.metadata.name.toLowerCase() === name.toLowerCase());
  if (registered === undefined) return { status: 404 };
  if (part === 'keys' && isRead) return ok(keyList(url, content.keys.functions[registered.metadata.name] ?? {}));
  if (part !== undefined) return { status: 404 };
  if (isRead) return ok(describe(content, registered, url.origin));
  return method === 'POST' ? run(content, registered, call) : { status: 404 };
}

const ok = (content: object): AdminAnswer => ({ status: 200, content });

function readHost(
  { keys }: ServerContent,
  url: URL,
  name: string | undefined,
  keyName: string | undefined,
): AdminAnswer {
  if (name === 'status' && keyName === undefined) return ok(hostStatus());
  const listed = keysOf(keys, name?.toLowerCase(), keyName !== undefined);
  if (listed === undefined) return { status: 404 };
  if (keyName === undefined) return ok(keyList(url, listed));
  const value = listed[keyName];
  return value === undefined ? { status: 404 } : ok({ name: keyName, value, links: linksOf(url) });
}

/** `keys` and `functionkeys` are the same; the master key is shown only by its name. */
function keysOf(
  keys: HostKeys,
  scope: string | undefined,
  named: boolean,
): Readonly<Record<string, string>> | undefined {
  if (scope === 'keys' || scope === 'functionkeys') return keys.functionKeys;
  if (scope === 'systemkeys') return named ? { _master: keys.masterKey } : {};
  return undefined;
}

const keyList = (url: URL, keys: Readonly<Record<string, string>>): object => ({
  keys: Object.entries(keys).map(([name, value]) => ({ name, value })),
  links: linksOf(url),
});

const linksOf = (url: URL): object[] => [{ rel: 'self', href: `${url.origin}${url.pathname}` }];

/** 202: the caller does not wait for the function. */
async function run(content: ServerContent, registered: RegisteredFunction, call: AdminCall): Promise<AdminAnswer> {
  const body = await call.readBody();
  if (body.length === 0) return { status: 400 };
  if (!/^\s*(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(call.contentType)) return { status: 415 };
  const input = parseInput(body.toString('utf8'));
  if (input === undefined) return { status: 400 };
  void content.trigger(registered.metadata.name, input);
  return { status: 202 };
}

/** The `input` in the body; undefined where that is no JSON object. */
function parseInput(body: string): string | undefined {
  try {
    const content: unknown = JSON.parse(body);
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
    return 'input' in content ? String(content.input) : '';
  } catch {
    return undefined;
  }
}

function hostStatus(): object {
  return {
    id: 'local',
    state: 'Running',
    version: HOST_VERSION,
    versionDetails: HOST_VERSION,
    platformVersion: '',
    instanceId: INSTANCE_ID,
    computerName: '',
    processUptime: Math.round(process.uptime() * 1000),
  };
}

function describe(content: ServerContent, registered: RegisteredFunction, origin: string): object {
  const { name, bindings } = registered.metadata;
  const http = content.httpFunctions.find((one) => one.name === name);
  const path = [content.routePrefix, http?.route === undefined || http.route === '' ? name : http.route]
    .filter((part) => part !== '')
    .join('/');
  return {
    name,
    href: `${origin}/admin/functions/${name}`,
    invoke_url_template: http === undefined ? null : `${origin}/${path}`,
    language: 'node',
    isDisabled: false,
    isDirect: http !== undefined,
    config: {
      name,
      bindings: Object.entries(bindings).map(([bindingName, binding]) => ({
        ...binding,
        name: bindingName,
      })),
    },
  };
}
