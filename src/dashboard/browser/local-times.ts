// Times in the reader's own zone, which the server cannot know.

/** Adds the local time to every time of the document that has none yet. */
export function addLocalTimes(root: Document): void {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    if (element.querySelector('.local-time') !== null) continue;
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) continue;
    const local = root.createElement('span');
    local.className = 'local-time';
    const day = at.toDateString() === today ? {} : ({ day: 'numeric', month: 'short' } as const);
    local.textContent = ` (${at.toLocaleString(undefined, { ...day, hour: '2-digit', minute: '2-digit' })} here)`;
    element.append(local);
  }
  const zone = root.getElementById('zone');
  if (zone !== null && new Date().getTimezoneOffset() !== 0)
    zone.textContent = `; “here” is ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
}
