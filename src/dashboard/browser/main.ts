// The script of the dashboard. Every page is complete without it. It keeps the page fresh and the key out
// of the address, shows questions as dialogs, and adds the times of the reader's zone.

import { PAGES } from '../links.ts';
import { countDown } from './countdown.ts';
import { storedKey, storeKey, takeKeyFromAddress } from './key.ts';
import { addLocalTimes } from './local-times.ts';
import { pageAgeMs, scrollToEnd, visit } from './page.ts';
import { ask, send } from './question.ts';

/** How often it is checked whether the page is as old as it allows itself to be. */
const CHECK_EVERY_MS = 250;

document.addEventListener('click', (event) => {
  const { target } = event;
  if (!(target instanceof Element) || event.defaultPrevented) return;
  // Beside the content of a dialog.
  if (target instanceof HTMLDialogElement) target.close();
  const pause = target.closest('#pause');
  if (pause !== null) pause.ariaPressed = String(pause.ariaPressed !== 'true');
  const link = target.closest('a');
  if (link === null || !link.href.startsWith(location.origin + PAGES)) return;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const { pathname, search, hash } = link;
  if (pathname + search === location.pathname + location.search && hash !== '') return;
  event.preventDefault();
  const dialog = link.closest('dialog');
  if (dialog !== null) dialog.close();
  else if (link.hasAttribute('data-confirm')) void ask(link.href);
  else void visit(link.href, 'push');
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (form.role === 'search')
    return void visit(`${form.action}?find=${encodeURIComponent(textIn(form, 'find'))}`, 'push');
  if (form.id !== 'key-form') return void send(form);
  const data = new FormData(form);
  storeKey(textIn(form, 'code').trim(), data.has('keep'));
  void visit(location.href, 'pop');
});

const textIn = (form: HTMLFormElement, name: string) => String(new FormData(form).get(name));

addEventListener('popstate', () => void visit(location.href, 'pop'));

setInterval(() => {
  countDown();
  const pause = document.getElementById('pause');
  const due = pause !== null && pageAgeMs() >= Number(pause.dataset.seconds) * 1000;
  if (!due || pause.ariaPressed === 'true' || document.hidden) return;
  if (document.querySelector('dialog[open]') === null) void visit(location.href, 'refresh');
}, CHECK_EVERY_MS);

takeKeyFromAddress();
addLocalTimes(document);
scrollToEnd();
if (document.getElementById('key-form') !== null && storedKey() !== null) void visit(location.href, 'pop');
