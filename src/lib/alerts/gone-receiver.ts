// A receiver that wants no more alerts: what is said of it, and how it is known again. Until its URL has another version,
// nothing is sent to it; the message about it is the note of that.

import type { AlertWebhook } from '../config/settings.ts';

export interface ReceiverEvent {
  readonly kind: 'receiver-gone';
  readonly receiver: Pick<AlertWebhook, 'name' | 'secretName'>;
  /** The version of the URL; null where there are none. */
  readonly version: string | null;
}

/** What a message calls a receiver, by the name that the settings give it. */
export function receiverSubject(name: string): string {
  return `The receiver ${name}`;
}

const keyOf = (name: string, version: string | null): string => `${name}:${version ?? ''}`;

/** What the message of such a receiver says, to the others. */
export function receiverContent({ receiver: { name, secretName }, version }: ReceiverEvent) {
  return {
    subject: receiverSubject(name),
    key: keyOf(name, version),
    title: `${receiverSubject(name)} wants no more alerts`,
    text: `Put the URL of a receiver that takes them into the secret ${secretName}, or take ${name} out of ALERT_WEBHOOKS. It answered HTTP 410, so nothing is sent to it any more.`,
    facts: { Receiver: name, Secret: secretName },
  };
}

/** Whether it said so of this version of its URL. */
export function isGone(
  unsettled: readonly { readonly isOpen: boolean; readonly message: { readonly id: string } }[],
  name: string,
  version: string | null,
): boolean {
  const id = `receiver-gone:${keyOf(name, version)}`;
  return unsettled.some(({ isOpen, message }) => isOpen && message.id === id);
}
