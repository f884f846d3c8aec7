// An alert for Slack's incoming webhooks: Block Kit, with a text for notifications. What may come from
// outside stands in plain text, which Slack does not interpret. Limits: header 150, section 3000, 10 fields
// of 2000. https://docs.slack.dev/reference/block-kit/blocks

import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import type { Message } from '../alert.ts';
import { escapeWithin, within } from './escape.ts';

const SIGNS = { problem: '🔴', warning: '🟠', normal: '🟢' } as const;

/** The body for a Slack webhook. */
export function slack(message: Message): { readonly text: string; readonly blocks: readonly KnownBlock[] } {
  const { title, text, log, severity, facts, links } = message;
  const heading = `${SIGNS[severity]} ${title}`;
  const blocks: readonly (KnownBlock | false)[] = [
    { type: 'header', text: plain(heading, 150) },
    { type: 'section', text: plain(text, 3000) },
    log !== null && { type: 'section', text: plain(log, 3000) },
    facts.length > 0 && {
      type: 'section',
      fields: facts.slice(0, 10).map(({ name, value }) => markdown(`*${escaped(name, 200)}*\n${escaped(value, 500)}`)),
    },
    links.length > 0 && {
      type: 'section',
      text: markdown(links.map((link) => `<${escaped(link.url, 900)}|${escaped(link.title, 75)}>`).join(' · ')),
    },
  ];
  return { text: escaped(heading, 1000), blocks: blocks.filter((block) => block !== false) };
}

const plain = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: within(text, max),
  emoji: false,
});

/** `verbatim`: names of channels and people are not looked for in it. */
const markdown = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** The three characters that Slack gives a meaning, as its page on formatting says. */
function escaped(text: string, max: number): string {
  return escapeWithin(text, max, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
