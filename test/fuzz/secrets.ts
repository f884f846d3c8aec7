// A secret in any form in which it may stand in an answer or in the log.

/** The forms of one secret. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // In base64 a text looks otherwise by where it begins in what is encoded; what is common to all is in the middle.
  const inBase64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const middle = encoded.slice(offset === 0 ? 0 : 4, -2);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const percent = encodeURIComponent(secret);
  const everyByte = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('=', '&#x3D;'),
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    everyByte,
    everyByte.toUpperCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    [...secret].reverse().join(''),
    ...inBase64,
  ];
}

/** Finds the first secret that a text holds; null where it holds none. Short ones are no secrets. */
export function finderOf(secrets: readonly string[]): (text: string) => string | null {
  const forms = secrets
    .filter((secret) => secret.length >= 12)
    .flatMap((secret) => [...new Set(formsOf(secret))].map((form) => ({ secret, form })));
  return (text) => {
    const found = forms.find(({ form }) => text.includes(form));
    return found === undefined ? null : `${found.secret.slice(0, 4)}… as ${found.form.slice(0, 8)}…`;
  };
}
