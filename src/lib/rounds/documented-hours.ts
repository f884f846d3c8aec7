// When rounds are open where Numerai cannot be asked.

/**
 * The hours in which rounds are open for certain, per Numerai's documentation of spring 2026: Tuesday to
 * Friday 12:00 to 13:00 UTC, the weekend Saturday 12:00 to Sunday 14:00. Used only where Numerai cannot
 * be asked: the actual times vary.
 * @returns the window that `now` lies in, or null.
 */
export function documentedWindow(now: Date): { readonly opens: Date; readonly closes: Date } | null {
  const at = (dayOffset: number, hour: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + dayOffset, hour));
  const window = (() => {
    switch (now.getUTCDay()) {
      case 2:
      case 3:
      case 4:
      case 5:
        return { opens: at(0, 12), closes: at(0, 13) };
      case 6:
        return { opens: at(0, 12), closes: at(1, 14) };
      case 0:
        return { opens: at(-1, 12), closes: at(0, 14) };
      default:
        return null;
    }
  })();
  return window !== null && window.opens <= now && now < window.closes ? window : null;
}

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** No list is so old, and no pause so long. */
const MOST_DAYS = 40;

/** The next documented opening after `time`: Tuesday to Saturday, 12:00 UTC. */
export function nextDocumentedOpening(time: Date): Date {
  const noon = new Date(time);
  noon.setUTCHours(12, 0, 0, 0);
  const days = Array.from({ length: 8 }, (_, day) => new Date(noon.getTime() + day * DAY_MS));
  return days.find((day) => day > time && documentedWindow(day)?.opens.getTime() === day.getTime()) ?? noon;
}

/** How many documented openings there are after one moment, up to another. */
export function documentedOpenings(after: Date, until: Date): number {
  let count = 0;
  for (let at = nextDocumentedOpening(after); at <= until && count < MOST_DAYS; at = nextDocumentedOpening(at))
    count += 1;
  return count;
}

/** When a round closes of which only the opening is known: by the documented hours, and never within an hour. */
export function assumedClose(openTime: Date): Date {
  const earliest = openTime.getTime() + HOUR_MS;
  return new Date(Math.max(earliest, documentedWindow(openTime)?.closes.getTime() ?? earliest));
}

/** When a round opened of which only the close is known: as early as it can be, so that it is not overlooked. */
export function assumedOpen(closeTime: Date): Date {
  const latest = closeTime.getTime() - HOUR_MS;
  const noon = new Date(closeTime);
  noon.setUTCHours(12, 0, 0, 0);
  return new Date(Math.min(latest, documentedWindow(noon)?.opens.getTime() ?? latest));
}
