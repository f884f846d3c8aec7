// An alert for Discord's webhooks: one embed. Limits of embeds: title 256, description 4096, 25 fields
// of 256 and 1024, 6000 in all. https://docs.discord.com/developers/resources/message#embed-object

import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import type { Message } from '../alert.ts';
import { escapeWithin, within } from './escape.ts';

const COLOURS = { problem: 0xd13438, warning: 0xf7a700, normal: 0x2e8b57 } as const;
const MARKDOWN = /[\\*_~`|<>[\]()#@:-]/;

/** The body for a Discord webhook. */
export function discord(message: Message): RESTPostAPIWebhookWithTokenJSONBody {
  const { title, text, log, severity, facts, links, at } = message;
  const linkField = {
    name: 'Links',
    value: within(links.map((link) => `[${link.title}](${link.url})`).join(' · '), 1024),
  };
  return {
    // Nothing that came from outside may call people.
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: escaped(title, 256),
        description: escaped(text, 3000),
        color: COLOURS[severity],
        timestamp: at,
        fields: [
          // Nothing is read as Markdown in there but its end.
          log !== null && { name: 'End of the log', value: `\`\`\`\n${log.replaceAll('`', "'")}\n\`\`\`` },
          ...facts.map(({ name, value }) => ({
            name: within(name, 256),
            value: escaped(value, 256),
            inline: true,
          })),
          links.length > 0 && linkField,
        ].filter((field) => field !== false),
      },
    ],
  };
}

function escaped(text: string, max: number): string {
  return escapeWithin(text, max, (character) => (MARKDOWN.test(character) ? `\\${character}` : character));
}
