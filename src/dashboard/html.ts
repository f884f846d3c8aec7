// HTML by a tagged template: it escapes every value, except HTML that it made itself. There is no other way
// to make HTML, so no value can be forgotten.

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
    // The indentation of the source is not sent.
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
 * Safe in text and in quoted attributes. Control characters, and those that reverse the direction of
 * writing, become visible: a message that others wrote must not look like something else.
 */
function escaped(text: string): string {
  return text.replace(INVISIBLE, '\uFFFD').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const INVISIBLE = /(?![\t\n])[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
