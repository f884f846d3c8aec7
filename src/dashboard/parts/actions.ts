// What can be done with a model.

import type { ModelStatus } from '../../lib/operations/status.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';
import { runInFlight, type Stand } from '../standing.ts';

/** Cancel, retry or start, whichever is possible now; and the log of the newest run. */
export function actions(status: ModelStatus, stand: Stand): Html {
  const newest = stand.run ?? status.lastRun;
  const { name } = status.model;
  return html`<p class="actions">
${change(status, stand)}
${newest !== null && html`<a class="button" href="${links.run(name, newest.id)}#log">Log<span class="visually-hidden"> of ${name}</span></a>`}
</p>`;
}

function change(status: ModelStatus, stand: Stand): Html {
  const { name } = status.model;
  const running = runInFlight(status);
  if (running !== null)
    return asking(links.cancel(name, running.id), 'Cancel', ` ${name}`, 'danger');
  if (stand.open && stand.standing === 'failed')
    return asking(links.retry(name), 'Retry', ` ${name}`, 'primary');
  const emphasis = stand.standing === 'overdue' ? 'primary' : null;
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
