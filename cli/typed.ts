// What a person types without its being shown, or what a pipe has in its place.

import { text } from 'node:stream/consumers';
import { ask } from '../scripts/azure/hook.ts';

/** The end of the last line is no part of it: `echo` adds one. */
export async function typedOrPiped(question: string): Promise<string> {
  if (process.stdin.isTTY) return ask(question, true, process.stderr);
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
