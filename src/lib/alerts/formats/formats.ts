// A message in the format of each receiver.

import type { AlertFormat } from '../../config/settings.ts';
import type { Message } from '../message.ts';
import { discord } from './discord.ts';
import { json } from './json.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';

/** The body to post, before it becomes JSON. */
export const FORMATS: Readonly<Record<AlertFormat, (message: Message) => object>> = {
  discord,
  slack,
  teams,
  json,
};
