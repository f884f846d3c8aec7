// HTML by a tagged template: whatever is put into it is escaped, unless it is HTML that this template
// made. There is no other way to make HTML, so nothing can be forgotten.

const MADE_HERE: unique symbol = Symbol('made by html``');

/** A piece of HTML; only {@link html} makes one. */
export interface Html {
  readonly [MADE_HERE]: true;
  readonly text: string;
}

export type Value = Html | string | number | null | undefined | false | readonly Value[];

/** `null`, `undefined` and `false` leave nothing; lists are joined; everything else is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = '';
  strings.forEach((string, index) => {
    // Indentation of the source is not worth sending.
    text += string.replace(/\n\s*/g, '\n');
    if (index < values.length) text += render(values[index]);
  });
  return { [MADE_HERE]: true, text };
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return isHtml(value) ? value.text : value.map(render).join('');
}

function isHtml(value: Html | readonly Value[]): value is Html {
  return MADE_HERE in value;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Fit for text and for quoted attributes. Control characters, and those that turn the direction of
 * writing round, are made visible: a message from outside must not show as something else than it is.
 */
function escaped(text: string): string {
  return text
    .replace(UNSEEN, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const UNSEEN = /(?![\t\n])[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
