// Stack traces that name the TypeScript file, the function and the line. Node.js can do so by itself, but reads
// the maps whenever it loads the files, a fifth more load time, and not that of the file that asks for it.

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
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
    return maps.get(file);
  };
  const frame = (site: NodeJS.CallSite): string => {
    const file = site.getFileName();
    const map = typeof file === 'string' && dirname(file) === folder ? mapOf(file) : undefined;
    return map === undefined ? `${site}` : inSource(site, map);
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
function inSource(site: NodeJS.CallSite, map: SourceMap): string {
  const line = site.getLineNumber() ?? 0;
  const column = site.getColumnNumber() ?? 0;
  const origin = map.findOrigin(line, column);
  if (!('fileName' in origin)) return `${site}`;
  // The map's names of files are relative to its own folder.
  const file = origin.fileName.replace(/^(\.\.\/)+/, '');
  return `${site}`.replace(
    `${site.getFileName()}:${line}:${column}`,
    () => `${file}:${origin.lineNumber}:${origin.columnNumber}`,
  );
}
