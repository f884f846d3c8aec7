// The script of the dashboard. Every page is complete without it; it keeps the page fresh, keeps the key
// out of the address, shows confirmations as dialogs, and adds the times of the reader's zone.

const PAGES = '/api/dashboard';
const GUARDED = '/api/dashboard-page';
const KEY = 'numerai-dashboard-key';

// --- The key: taken out of the address at once, then sent in a header and nowhere else. ---

/** Of the query, or of the fragment, which never leaves the browser at all. */
function takeKeyFromAddress(): void {
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const key = url.searchParams.get('code') ?? fragment.get('key') ?? fragment.get('code');
  if (key === null) return;
  url.searchParams.delete('code');
  if (fragment.has('key') || fragment.has('code')) url.hash = '';
  history.replaceState(history.state, '', url);
  keepKey(key, false);
}

function keepKey(key: string, long: boolean): void {
  sessionStorage.setItem(KEY, key);
  if (long) localStorage.setItem(KEY, key);
}

function knownKey(): string | null {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

function forgetKey(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/** A request to the guarded address that stands for a page's own. */
function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(path, location.href);
  const guarded = url.pathname.startsWith(GUARDED)
    ? url.pathname
    : GUARDED + url.pathname.slice(PAGES.length);
  const key = knownKey();
  return fetch(guarded + url.search, {
    ...init,
    cache: 'no-store',
    headers: { ...init.headers, ...(key === null ? {} : { 'x-functions-key': key }) },
  });
}

// --- Showing a page that was fetched. ---

const parse = (text: string): Document => new DOMParser().parseFromString(text, 'text/html');
const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** The page just shown, without what it holds below `#`. */
let shown = location.pathname + location.search;

function show(fetched: Document): void {
  prepare(fetched);
  document.title = fetched.title;
  document.body.dataset.kind = fetched.body.dataset.kind ?? 'page';
  document.body.dataset.refresh = fetched.body.dataset.refresh ?? '0';
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const newIcon = fetched.querySelector<HTMLLinkElement>('link[rel=icon]')?.getAttribute('href');
  if (icon && newIcon && icon.getAttribute('href') !== newIcon) icon.setAttribute('href', newIcon);
  const logs = [...document.querySelectorAll<HTMLElement>('pre.log')].map(
    (log) => [log, log.scrollHeight - log.scrollTop - log.clientHeight < 24] as const,
  );
  for (const selector of ['header.top nav', 'main', '#fresh']) {
    const now = document.querySelector(selector);
    const next = fetched.querySelector(selector);
    if (now && next) morph(now, next);
  }
  // Whoever reads the end of a log sees it grow; whoever has scrolled up is left alone.
  for (const [log, atEnd] of logs) if (atEnd) log.scrollTop = log.scrollHeight;
}

/**
 * Makes `now` like `next` by changing only what differs: what has the focus, what is selected and how far
 * something is scrolled stay as they are, and a screen reader hears just what is new.
 */
function morph(now: Element, next: Element): void {
  for (const { name, value } of next.attributes)
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  for (const { name } of [...now.attributes])
    if (!next.hasAttribute(name) && !(name === 'open' && now.tagName === 'DETAILS'))
      now.removeAttribute(name);
  const wanted = [...next.childNodes];
  wanted.forEach((node, index) => {
    const old = now.childNodes[index];
    if (old === undefined) now.append(document.importNode(node, true));
    else if (old.nodeType !== node.nodeType || old.nodeName !== node.nodeName)
      old.replaceWith(document.importNode(node, true));
    else if (old instanceof Element && node instanceof Element) morph(old, node);
    else if (old instanceof Text && old.data !== node.textContent) {
      const text = node.textContent ?? '';
      // A log that grows: what is selected in it stays selected.
      if (text.startsWith(old.data)) old.appendData(text.slice(old.data.length));
      else old.data = text;
    }
  });
  while (now.childNodes.length > wanted.length) now.lastChild?.remove();
}

/** What the server cannot know is added before anything is shown: the reader's own time. */
function prepare(root: Document): void {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    if (element.querySelector('.local') !== null) continue;
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) continue;
    const local = root.createElement('span');
    local.className = 'local';
    const day = at.toDateString() === today ? {} : ({ day: 'numeric', month: 'short' } as const);
    local.textContent = ` ${at.toLocaleString(undefined, { ...day, hour: '2-digit', minute: '2-digit' })} here`;
    element.append(local);
  }
  const zone = root.getElementById('zone');
  if (zone !== null && new Date().getTimezoneOffset() !== 0)
    zone.textContent = `; “here” is ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
}

// --- Going from page to page. ---

let asking: AbortController | undefined;

async function go(path: string, how: 'push' | 'stay' | 'pop'): Promise<void> {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  const url = new URL(path, location.href);
  document.body.classList.toggle('loading', how !== 'stay');
  try {
    const response = await ask(url.pathname + url.search, { signal: mine.signal });
    if (response.status === 401) return wantKey();
    const fetched = parse(await response.text());
    if (fetched.querySelector('main') === null) throw new Error(`status ${response.status}`);
    // A page that was fine a moment ago is worth more than the news that it cannot be had right now.
    if (how === 'stay' && response.status >= 500) throw new Error(`status ${response.status}`);
    if (how === 'push') history.pushState(null, '', url);
    shown = url.pathname + url.search;
    show(fetched);
    if (how !== 'stay') arrive(url, how);
    document.body.classList.remove('stale');
  } catch {
    if (mine.signal.aborted) return;
    if (how === 'stay') return stale();
    // Let the browser show what it can.
    location.assign(url);
  } finally {
    if (asking === mine) {
      asking = undefined;
      document.body.classList.remove('loading');
      plan();
    }
  }
}

function arrive(url: URL, how: 'push' | 'pop'): void {
  const target = url.hash === '' ? null : byId(url.hash.slice(1));
  if (target !== null) target.scrollIntoView();
  else if (how === 'push') scrollTo(0, 0);
  for (const log of document.querySelectorAll<HTMLElement>('pre.log'))
    log.scrollTop = log.scrollHeight;
  byId('main')?.focus({ preventScroll: true });
}

function stale(): void {
  document.body.classList.add('stale');
  const fresh = byId('fresh');
  if (fresh !== null && fresh.querySelector('.trouble') === null) {
    const note = document.createElement('span');
    note.className = 'trouble';
    note.textContent = ' · cannot be refreshed now';
    fresh.append(note);
  }
}

// --- Refreshing. ---

let timer: ReturnType<typeof setTimeout> | undefined;
let paused = false;

function plan(): void {
  clearTimeout(timer);
  const seconds = Number(document.body.dataset.refresh ?? 0);
  const pause = byId('pause');
  if (pause !== null) pause.hidden = seconds === 0;
  if (seconds > 0 && !paused) timer = setTimeout(refresh, seconds * 1000);
}

function refresh(): void {
  if (document.hidden || dialog?.open || asking !== undefined) plan();
  else void go(location.pathname + location.search, 'stay');
}

function addPause(): void {
  const fresh = document.querySelector('.fresh');
  if (fresh === null || byId('pause') !== null) return;
  const button = document.createElement('button');
  button.id = 'pause';
  button.type = 'button';
  button.className = 'button small';
  button.textContent = 'Pause';
  button.setAttribute('aria-pressed', 'false');
  button.setAttribute('aria-label', 'Pause refreshing');
  button.addEventListener('click', () => {
    paused = !paused;
    button.setAttribute('aria-pressed', String(paused));
    button.textContent = paused ? 'Paused' : 'Pause';
    if (paused) plan();
    else refresh();
  });
  fresh.append(' ', button);
}

// --- Confirmations. ---

let dialog: HTMLDialogElement | undefined;

async function confirm(path: string): Promise<void> {
  const response = await ask(path);
  if (response.status === 401) return wantKey();
  open(parse(await response.text()));
}

/** Shows the content of a page as a dialog. */
function open(fetched: Document): void {
  const content = fetched.querySelector('main > *');
  if (content === null) return;
  prepare(fetched);
  dialog ??= makeDialog();
  dialog.replaceChildren(document.importNode(content, true));
  dialog.setAttribute('aria-label', dialog.querySelector('h1')?.textContent ?? '');
  if (!dialog.open) dialog.showModal();
  // The answer that changes nothing is the one that Enter gives.
  dialog.querySelector<HTMLElement>('[data-close]')?.focus();
}

function makeDialog(): HTMLDialogElement {
  const made = document.createElement('dialog');
  made.addEventListener('click', (event) => {
    const onClose =
      event.target instanceof Element && event.target.closest('[data-close]') !== null;
    if (!onClose && event.target !== made) return;
    event.preventDefault();
    event.stopPropagation();
    made.close();
  });
  made.addEventListener('close', () => {
    made.replaceChildren();
    plan();
  });
  document.body.append(made);
  return made;
}

async function send(form: HTMLFormElement): Promise<void> {
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  form.setAttribute('aria-busy', 'true');
  try {
    const response = await ask(form.getAttribute('action') ?? '', {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      ),
    });
    if (response.status === 401) return wantKey();
    if (!response.ok) return open(parse(await response.text()));
    const { location: target }: { location: string } = await response.json();
    dialog?.close();
    await go(target, 'push');
    // Reloading must not say again that it has been done.
    history.replaceState(null, '', location.pathname);
  } catch {
    for (const button of buttons) button.disabled = false;
    form.removeAttribute('aria-busy');
    const note = form.querySelector('.refused') ?? form.appendChild(document.createElement('p'));
    note.className = 'refused';
    note.setAttribute('role', 'alert');
    note.textContent = 'The app did not answer. Look whether it was done before you try again.';
  }
}

// --- The page that asks for the key. ---

/** The key that is known opens nothing (any more): the door says what is wanted. */
async function wantKey(): Promise<void> {
  const had = knownKey() !== null;
  forgetKey();
  dialog?.close();
  if (document.body.dataset.kind !== 'key') {
    const response = await fetch(PAGES, { cache: 'no-store' });
    show(parse(await response.text()));
  }
  setUpKeyPage();
  const refused = byId('refused');
  if (refused !== null && had) refused.textContent = 'That key does not open the dashboard.';
}

function setUpKeyPage(): void {
  const keep = byId('keep-choice');
  if (keep !== null) keep.hidden = false;
  byId('key')?.focus();
}

// --- What people do. ---

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.origin !== location.origin) return;
  if (link.hasAttribute('data-confirm')) {
    event.preventDefault();
    confirm(link.pathname).catch(() => location.assign(link.href));
  } else if (link.pathname === PAGES || link.pathname.startsWith(`${PAGES}/`)) {
    if (link.pathname + link.search === shown && link.hash !== '') return;
    event.preventDefault();
    void go(link.href, 'push');
  }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (form.id === 'key-form') {
    const data = new FormData(form);
    keepKey(String(data.get('code') ?? '').trim(), data.get('keep') !== null);
    void go(location.pathname + location.search, 'pop');
  } else void send(form);
});

addEventListener('popstate', () => {
  if (location.pathname + location.search === shown) return;
  void go(location.href, 'pop');
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !paused) refresh();
});

takeKeyFromAddress();
shown = location.pathname + location.search;
prepare(document);
addPause();
for (const log of document.querySelectorAll<HTMLElement>('pre.log'))
  log.scrollTop = log.scrollHeight;
if (document.body.dataset.kind === 'key' && knownKey() !== null)
  void go(location.pathname + location.search + location.hash, 'pop');
else if (document.body.dataset.kind === 'key') setUpKeyPage();
else plan();
