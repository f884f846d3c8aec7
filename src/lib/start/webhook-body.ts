// What does this webhook body mean? Numerai sends {dataVersion, isTest, roundNumber, triggerId}; people
// send nothing at all, or a part of it. Unknown fields are ignored: Numerai may add some.

export interface WebhookCall {
  readonly round: number | null;
  readonly triggerId: string | null;
  readonly isTest: boolean;
}

export type WebhookBody =
  | { readonly ok: true; readonly call: WebhookCall }
  /** Each fault is a sentence that names the field. */
  | { readonly ok: false; readonly faults: readonly string[] };

/** Most bytes of a body; Numerai's has about a hundred. */
export const BODY_MAX_BYTES = 64 * 1024;

const NO_CALL: WebhookCall = { round: null, triggerId: null, isTest: false };
/** The trigger id becomes an environment variable: printable ASCII, bounded. */
const TRIGGER_ID = /^[\x21-\x7e]{1,200}$/;

/** Reads a body; an empty one is a call that says nothing. */
export function parseWebhookBody(text: string): WebhookBody {
  if (text.trim() === '') return { ok: true, call: NO_CALL };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {
      ok: false,
      faults: ['The body is not JSON. Send {"roundNumber": "1234", "triggerId": "…"}, or nothing.'],
    };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, faults: ['The body must be a JSON object.'] };
  }
  const fields: { roundNumber?: unknown; triggerId?: unknown; isTest?: unknown } = body;
  const faults: string[] = [];
  const round = parseRound(fields.roundNumber, faults);
  const triggerId = parseTriggerId(fields.triggerId, faults);
  const isTest = parseIsTest(fields.isTest, faults);
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, call: { round, triggerId, isTest } };
}

function parseRound(value: unknown, faults: string[]): number | null {
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 10_000_000)
    return number;
  faults.push(
    `roundNumber must be a positive whole number, or a string of digits; got ${shown(value)}.`,
  );
  return null;
}

function parseTriggerId(value: unknown, faults: string[]): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && TRIGGER_ID.test(value)) return value;
  faults.push(
    `triggerId must be a string of at most 200 printable characters; got ${shown(value)}.`,
  );
  return null;
}

function parseIsTest(value: unknown, faults: string[]): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  faults.push(`isTest must be true or false; got ${shown(value)}.`);
  return false;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
