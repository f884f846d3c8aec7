// The alerts of a season, as a receiver of plain JSON got them.

import type { Message } from '../../../src/lib/alerts/alert.ts';
import { messageIn } from '../../support/json-alert.ts';
import type { World } from '../world/world.ts';

export interface SeasonAlert extends Pick<Message, 'kind' | 'title' | 'model' | 'round'> {
  /** When it arrived. */
  readonly at: number;
}

/** Alerts of something that is wrong, oldest first. */
export function alertsOf({ alertReceivers }: World): readonly SeasonAlert[] {
  return alertReceivers.received.flatMap(({ body, receivedAt }) => {
    const { kind, title, model, round } = messageIn(body);
    return kind === 'back-to-normal' ? [] : [{ kind, title, model, round, at: receivedAt.getTime() }];
  });
}
