// What a secret looks like. A value is never quoted: only what it seems to be.

/** Keys and tokens that say themselves what they are. */
const SHAPES: readonly (readonly [shape: RegExp, what: string])[] = [
  [/^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{64}$/, "the secret of one of Numerai's API keys"],
  [/^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{32}$/, "the public id of one of Numerai's API keys"],
  [/^[A-Z0-9]{32}\$[A-Z0-9]{64}$/, "one of Numerai's API keys"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=[^;\s]{4,}/i, 'a connection string with its key'],
  [/[?&](sig|code|key|token|access_token|api_key)=[^&\s]{8,}/i, 'an address with a key in it'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]{3,}@/i, 'an address with a password in it'],
  [/discord(app)?\.com\/api\/webhooks\/\d+\//i, 'the address of a webhook of Discord, which is a secret'],
  [/hooks\.slack\.com\/(services|workflows)\//i, 'the address of a webhook of Slack, which is a secret'],
  [/\b(Bearer|Basic) +(?=[^\s"']*\d)[\w.~+/=-]{16,}/i, 'a header with a token'],
  [/\bnpm_[A-Za-z0-9]{30,}/, 'a token of npm'],
  [/\bpypi-[\w-]{16,}/, 'a token of PyPI'],
  [/\b[rs]k_(live|test)_[A-Za-z0-9]{16,}/, 'a key of Stripe'],
  [/\bSG\.[\w-]{16,}\.[\w-]{16,}/, 'a key of SendGrid'],
  [/\bdapi[0-9a-f]{32}\b/, 'a token of Databricks'],
  [/(\b|bot)\d{8,10}:AA[\w-]{30,}/, 'a token of a bot of Telegram'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/, 'a token of GitHub'],
  [/\bglpat-[\w-]{16,}/, 'a token of GitLab'],
  [/\bdckr_(pat|oat)_[\w-]{16,}/, 'a token of Docker Hub'],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, 'an access key of AWS'],
  [/\bAIza[\w-]{30,}/, 'a key of Google'],
  [/\bsk-[\w-]{20,}/, 'a key of an API'],
  [/\bhf_[A-Za-z0-9]{20,}/, 'a token of Hugging Face'],
  [/\bxox[abeprs]-[\w-]{10,}/, 'a token of Slack'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\./, 'a token (JWT)'],
  [/\b[\w.~-]{3}8Q~[\w.~-]{31,34}/, 'a client secret of Entra ID'],
  [/^[A-Za-z0-9+/]{86}==$/, 'a key of a storage account'],
];

/** What the text is for certain; null where it has no known form. */
export function shapeOf(text: string): string | null {
  return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? null;
}

/** Names whose value is a secret, whatever it looks like. */
const SECRET_NAME =
  /(^|_)((PG|DB|SMTP|MAIL|EMAIL|FTP|REDIS|MYSQL|MONGO|ROOT|ADMIN|USER|LOGIN|APP)_?PASS|(PG)?PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|SECRET_KEY|API_?KEY|ACCESS_?KEY|PRIVATE_KEY|AUTH_?TOKEN|ACCESS_TOKEN|API_TOKEN|CLIENT_SECRET|CONNECTION_?STRING|SAS_TOKEN|BEARER)$/;
/** Names whose value may be one. */
const MAYBE_SECRET_NAME = /(^|_)(KEY|TOKEN|SECRETS?|CREDENTIALS?|AUTH|SAS|PAT|WEBHOOK)(_\d+)?$/;
/** Values that are none: switches, numbers, paths, and what is to be filled in by a program. */
const PLAIN_VALUE =
  /^(|true|false|yes|no|on|off|none|null|\d+(\.\d+)?|[~.]{0,2}\/[\w./-]*|[A-Za-z]:\\[\w.\\-]*|\$\{?\w+\}?)$/i;
/** The names that numerapi reads. */
const NUMERAI_NAME = /^NUMERAI_(PUBLIC_ID|SECRET_KEY|API_KEY)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a variable with this value seems to be; null where it seems to be nothing that must be kept secret. */
export function secretInVariable(name: string, value: string): string | null {
  const upper = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  const text = value.trim();
  const shape = shapeOf(text);
  if (shape !== null) return shape;
  if (NUMERAI_NAME.test(upper) && text !== '') return "a part of Numerai's API key";
  if (PLAIN_VALUE.test(text) || UUID.test(text)) return null;
  if (SECRET_NAME.test(upper)) return `a secret, by the name ${name}`;
  if (MAYBE_SECRET_NAME.test(upper) && isOpaque(text, 12, 2.8)) return `a secret, by the name ${name}`;
  return isOpaque(text, 32, 4) && /[a-z]/.test(text) && /[A-Z]/.test(text) ? 'a key or a token' : null;
}

/** Whether it is one word of letters and digits that nobody has thought of. */
function isOpaque(text: string, length: number, bits: number): boolean {
  return text.length >= length && /^[\w+/=.~-]+$/.test(text) && /\d/.test(text) && entropy(text) >= bits;
}

/** Shannon's, in bits a character. */
function entropy(text: string): number {
  const counts = Map.groupBy(text, (character) => character);
  return [...counts.values()].reduce((sum, { length }) => {
    const share = length / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
