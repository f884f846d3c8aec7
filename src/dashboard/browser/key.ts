// The function key: taken out of the address at once, kept in the browser's storage, and sent in a header
// only (request.ts).

const STORED_AS = 'numerai-dashboard-key';

/** Takes the key from the query, or from the fragment, which never leaves the browser. */
export function takeKeyFromAddress(): void {
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const key = url.searchParams.get('code') ?? fragment.get('key') ?? fragment.get('code');
  if (key === null) return;
  url.searchParams.delete('code');
  if (fragment.has('key') || fragment.has('code')) url.hash = '';
  history.replaceState(history.state, '', url);
  storeKey(key, 'tab');
}

/** Keeps the key for this tab, or for this browser. */
export function storeKey(key: string, where: 'tab' | 'browser'): void {
  sessionStorage.setItem(STORED_AS, key);
  if (where === 'browser') localStorage.setItem(STORED_AS, key);
}

/** The key that is kept; null if there is none. */
export function storedKey(): string | null {
  return sessionStorage.getItem(STORED_AS) ?? localStorage.getItem(STORED_AS);
}

/** Forgets the key, here and in other tabs. */
export function forgetKey(): void {
  sessionStorage.removeItem(STORED_AS);
  localStorage.removeItem(STORED_AS);
}
