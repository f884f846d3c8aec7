// What can be done with a model.

import type { ModelView } from '../condition.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';

/** Cancel, retry or start, whichever is possible now; and the log of the run that counts, else the newest. */
export function actions(view: ModelView): Html {
  const { model, records } = view.status;
  const run = view.health.run ?? records[0]?.run ?? null;
  return html`<p class="actions">
${change(view)}
${run !== null && html`<a class="button" href="${links.run(model.name, run.id)}#log">Log<span class="visually-hidden"> of ${model.name}</span></a>`}
</p>`;
}

function change({ status, health }: ModelView): Html {
  const { name } = status.model;
  if (status.inFlight !== null)
    return asking(links.cancel(name, status.inFlight.id), 'Cancel', ` ${name}`, 'danger');
  if (health.isOpen && health.condition === 'failed')
    return asking(links.retry(name), 'Retry', ` ${name}`, 'primary');
  const emphasis = health.condition === 'overdue' ? 'primary' : null;
  return asking(links.start(name), 'Start', ` ${name}`, emphasis);
}

/** A button that leads to a question. @param of what a screen reader says beside the text. */
export function asking(
  href: string,
  text: string,
  of: string,
  emphasis: 'primary' | 'danger' | null,
): Html {
  return html`<a class="button${emphasis && ` ${emphasis}`}" href="${href}" data-confirm>${text}<span class="visually-hidden">${of}</span></a>`;
}
