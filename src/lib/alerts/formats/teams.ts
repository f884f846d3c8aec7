// An alert for the webhook of a Microsoft Teams workflow: an Adaptive Card. Teams reads Markdown in text
// blocks and facts, but not in the runs of a rich text block, so what may come from outside stands there.
// Limit: 28 KB a message. https://learn.microsoft.com/adaptive-cards/schema-explorer/text-run

import type { IAdaptiveCard, IRichTextBlock, ITextRun } from '@microsoft/teams.cards';
import type { Message } from '../alert.ts';
import { within } from './escape.ts';

const COLOURS = { problem: 'Attention', warning: 'Warning', normal: 'Good' } as const;

interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly {
    readonly contentType: 'application/vnd.microsoft.card.adaptive';
    readonly contentUrl: null;
    readonly content: IAdaptiveCard;
  }[];
}

/** The body for the webhook of a Teams workflow. */
export function teams(message: Message): TeamsMessage {
  const { title, text, log, severity, facts, links } = message;
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            richText(title, 256, {
              weight: 'Bolder',
              size: 'Medium',
              color: COLOURS[severity],
            }),
            richText(text, 4000, {}),
            ...(log ?? '')
              .split('\n')
              .flatMap((line) => (line === '' ? [] : richText(line, 900, { fontType: 'Monospace' }))),
            ...facts.map(({ name, value }) => richText(`${within(name, 200)}: ${value}`, 700, { isSubtle: true })),
          ],
          actions: links.map((link) => ({ type: 'Action.OpenUrl', ...link })),
        },
      },
    ],
  };
}

function richText(text: string, max: number, look: Omit<ITextRun, 'type' | 'text'>): IRichTextBlock {
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: within(text, max), ...look }],
  };
}
