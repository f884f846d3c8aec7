// Answers that nobody can read, or that are about something else: what a proxy, a login page of the network, a gateway or
// a broken replica sends in the place of a service. One dictionary for all services.

/** As emulator.ts sends it. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object | undefined;
}

/** What comes instead of the answer, by the name of the form. */
const FORMS = {
  /** A page with 200, such as that of a hotel's network. */
  page: () => html(200),
  empty: () => ({ status: 200, body: '' }),
  null: () => json('null'),
  list: () => json('[]'),
  number: () => json('0'),
  text: () => json('"ok"'),
  object: () => json('{}'),
  /** Well-formed, and of something else. */
  stranger: () =>
    json('{"id":"/subscriptions/0/resourceGroups/other/providers/Some.Thing/things/other","name":"other"}'),
  /** The service's own answer, cut off in the middle; one without a body is as it was. */
  truncated: ({ status, headers = {}, body }: Answer) => {
    const text = Buffer.isBuffer(body) || typeof body === 'string' ? String(body) : JSON.stringify(body ?? '');
    const type = { 'content-type': 'application/json; charset=utf-8' };
    return { status, headers: { ...type, ...headers }, body: body === undefined ? '' : text.slice(0, text.length / 2) };
  },
  /** Bytes that were compressed, and are not said to be. */
  bytes: () => ({ status: 200, headers: JSON_TYPE, body: Buffer.from('1f8b0800000000000003ab56ca48cdc9c957', 'hex') }),
  redirect: () => ({ ...html(302), headers: { 'content-type': 'text/html', location: 'https://login.example/' } }),
  'not-modified': () => ({ status: 304 }),
  /** Of a service that answers with a body. */
  'reset-content': () => ({ status: 205 }),
  /** Pages of a proxy that forbids the address, or does not find it. */
  'page-401': () => html(401),
  'page-403': () => html(403),
  'page-404': () => html(404),
  'page-409': () => html(409),
  'empty-404': () => ({ status: 404, body: '' }),
  'object-404': () => ({ ...json('{}'), status: 404 }),
} as const satisfies Record<string, (answer: Answer) => Answer>;

export type GarbledForm = keyof typeof FORMS;

// The keys of a literal are what its type says.
export const GARBLED_FORMS = Object.keys(FORMS) as [GarbledForm, ...GarbledForm[]];

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const json = (body: string): Answer => ({ status: 200, headers: JSON_TYPE, body });

function html(status: number): Answer {
  const body =
    '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>';
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Whether the form is made of the service's own answer, so that the request is carried out in any case. */
export const needsAnswer = (form: GarbledForm): boolean => form === 'truncated';

/** What comes instead. @param answer the service's own; null where the request was not carried out. */
export function garble(form: GarbledForm, answer: Answer | null): Answer {
  return FORMS[form](answer ?? { status: 200 });
}
