// Changes a part of the page into a newer version of itself by touching only what differs: scroll positions
// stay, and a screen reader announces just what is new. What has an id is recognized where it has moved to.

import { Idiomorph } from 'idiomorph';

/** Makes `current` like `next`; focus, selection and open details stay. */
export function morph(current: Element, next: Element): void {
  const focused = document.activeElement;
  Idiomorph.morph(current, next, {
    callbacks: {
      beforeAttributeUpdated: (name, element) => !(name === 'open' && element.matches('details')),
      beforeNodeMorphed: (old: Node, replacement) => !appendGrownText(old, replacement),
    },
  });
  // A browser without `moveBefore` takes the focus from an element that is moved.
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement)
    focused.focus({ preventScroll: true });
}

/** A log grows at its end: to append keeps what is selected in it, to replace would not. */
function appendGrownText(old: Node, replacement: Node): boolean {
  if (!(old instanceof Text) || replacement.nodeType !== Node.TEXT_NODE) return false;
  const text = replacement.textContent ?? '';
  if (text.length <= old.data.length || !text.startsWith(old.data)) return false;
  old.appendData(text.slice(old.data.length));
  return true;
}
