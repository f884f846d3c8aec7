// The script of the dashboard. Every page is complete without it. It keeps the page fresh and the key out
// of the address, shows confirmations as dialogs, and adds the times of the reader's zone.

import { PAGES } from '../links.ts';
import { confirm, send } from './actions.ts';
import { storedKey, storeKey, takeKeyFromAddress } from './key.ts';
import { isKeyPage, setUpKeyPage } from './key-page.ts';
import { addLocalTimes } from './local-times.ts';
import { currentPath, isShown, rememberAddress, visit } from './navigation.ts';
import { scrollLogsToEnd } from './page.ts';
import { keepFresh } from './refresh.ts';

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.origin !== location.origin) return;
  if (link.hasAttribute('data-confirm')) {
    event.preventDefault();
    void confirm(link.pathname);
  } else if (link.pathname === PAGES || link.pathname.startsWith(`${PAGES}/`)) {
    const withinPage = isShown(link) && link.hash !== '';
    if (withinPage) return;
    event.preventDefault();
    void visit(link.href, 'push');
  }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (form.id === 'key-form') {
    const data = new FormData(form);
    storeKey(String(data.get('code') ?? '').trim(), data.has('keep') ? 'browser' : 'tab');
    void visit(currentPath(), 'pop');
  } else void send(form);
});

addEventListener('popstate', () => {
  if (!isShown(location)) void visit(location.href, 'pop');
});

takeKeyFromAddress();
rememberAddress();
addLocalTimes(document);
scrollLogsToEnd();
keepFresh();
if (isKeyPage() && storedKey() !== null) void visit(location.href, 'pop');
else if (isKeyPage()) setUpKeyPage();
