// The services that receive alerts: Discord, Slack, Microsoft Teams and a receiver of the user's own, and one that waits for
// heartbeats, on one port. Each accepts what the real one accepts and keeps it, for tests and for the page at `/`.

import { randomBytes, randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../../src/lib/util/clock.ts';
import type { Certificates } from '../certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from '../emulator.ts';
import { discord } from './discord.ts';
import { receivePing } from './heartbeat.ts';
import { json } from './json.ts';
import { alertsPage } from './page.ts';
import { type AlertFormat, jsonBody, type ReceivedAlert, type Receiver } from './receiver.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';

export interface AlertReceivers {
  readonly emulator: Emulator;
  /** The webhooks' URLs. They are secrets: anyone who has one can post. */
  readonly urls: Readonly<Record<AlertFormat, string>>;
  /** The key with which those of plain JSON are signed. */
  readonly signingKey: string;
  /** Accepted alerts, oldest first. Refused ones are only in the emulator's calls. */
  readonly received: ReceivedAlert[];
  /** The URL of the heartbeat, a secret as well. */
  readonly heartbeatUrl: string;
  /** When it was called. */
  readonly heartbeats: Date[];
  /** What belongs into a vault: the URLs (`alert-discord` and so on, `heartbeat-url`) and the key (`alert-json-key`). */
  readonly secrets: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface AlertReceiversOptions {
  readonly certificates: Certificates;
  readonly clock?: Clock;
}

/** Starts the receivers, each with one webhook. */
export async function startAlertReceivers(options: AlertReceiversOptions): Promise<AlertReceivers> {
  const clock = options.clock ?? systemClock;
  const received: ReceivedAlert[] = [];
  const heartbeats: Date[] = [];
  const check = randomUUID();
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  const receivers: Record<AlertFormat, Receiver> = {
    discord: discord(secret()),
    slack: slack(secret()),
    teams: teams(secret()),
    json: json(secret(), signingKey, clock),
  };
  const find = (call: EmulatorCall) => {
    for (const format of FORMATS) {
      if (receivers[format].isMeant(call)) return { format, receiver: receivers[format] };
    }
    return undefined;
  };
  const emulator = await new Emulator({
    name: 'alert-receivers',
    certificates: options.certificates,
    handle: (call) => {
      const found = find(call);
      if (found === undefined)
        return receivePing(call, check, () => heartbeats.push(clock.now())) ?? showPages(call, received);
      const { answer, text } = found.receiver.receive(call);
      if (text !== undefined) {
        const { format } = found;
        received.push({ format, receivedAt: clock.now(), body: jsonBody(call), text });
      }
      return answer;
    },
    errorBody: (code, message, { call, status, retryAfterSeconds }) =>
      find(call)?.receiver.failureBody({ code, message, status, retryAfterSeconds }) ?? { message },
  }).listen();
  const urls = {
    discord: emulator.url + receivers.discord.path,
    slack: emulator.url + receivers.slack.path,
    teams: emulator.url + receivers.teams.path,
    json: emulator.url + receivers.json.path,
  };
  const heartbeatUrl = `${emulator.url}/ping/${check}`;
  const ofUrls = Object.entries(urls).map(([format, url]) => [`alert-${format}`, url]);
  return {
    emulator,
    urls,
    signingKey,
    received,
    heartbeatUrl,
    heartbeats,
    secrets: { ...Object.fromEntries(ofUrls), 'alert-json-key': signingKey, 'heartbeat-url': heartbeatUrl },
    close: () => emulator.close(),
  };
}

const FORMATS = ['discord', 'slack', 'teams', 'json'] as const;
const secret = (): string => randomBytes(24).toString('base64url');

/** `/` is a page for people, `/alerts` a list for programs. */
function showPages(call: EmulatorCall, received: readonly ReceivedAlert[]): EmulatorAnswer {
  if (call.method === 'GET' && call.url.pathname === '/') {
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: alertsPage(received),
    };
  }
  if (call.method === 'GET' && call.url.pathname === '/alerts') {
    return { status: 200, body: received };
  }
  return { status: 404, body: { error: 'Not found.' } };
}
