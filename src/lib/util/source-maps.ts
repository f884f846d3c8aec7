// Stack traces that name the TypeScript file, the function and the line. Node.js can do so by itself, but reads
// the maps whenever it loads the files, a quarter of the load time, and not that of the file that asks for it.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname } from 'node:path';

/**
 * From now on, stack traces show where the code of the bundled files comes from.
 * @param folder the folder of the bundled files, each with its map beside it. A map is read when the first stack
 * trace needs it.
 */
export function useSourceMaps(folder: string): void {
  const maps = new Map<string, SourceMap | undefined>();
  const frame = (site: NodeJS.CallSite): string => {
    const file = site.getFileName();
    if (typeof file !== 'string' || dirname(file) !== folder) return `${site}`;
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
    return inSource(site, maps.get(file));
  };
  const format = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) =>
    // Without frames, Node.js gives the first line alone.
    [format(error, []), ...sites.map(frame)].join('\n    at ');
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // No map, or none that can be read: the trace names the bundled file.
    return undefined;
  }
}

/** The frame as V8 writes it, with the place in the source. */
function inSource(site: NodeJS.CallSite, map: SourceMap | undefined): string {
  const origin = map?.findOrigin(site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0);
  if (origin === undefined || !('fileName' in origin)) return `${site}`;
  // The map's names of files are relative to its own folder.
  const place = `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  return `${site}`.replace(/[^ (]*:\d+:\d+(?=\)?$)/, place);
}
