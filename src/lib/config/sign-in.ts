// Who may open the dashboard by signing in with Microsoft Entra, in place of a key. Needed before the settings are read:
// what the platform guards is decided when the functions are registered.

import type { Environment } from './settings.ts';

/**
 * The object ids of those who may; empty where nobody signs in, and keys are asked for. Only where the platform itself says
 * that its authentication is on: it then takes from each request what only it may say, and else anybody could say it.
 */
export function signInUsers({ DASHBOARD_USERS = '', WEBSITE_AUTH_ENABLED = '' }: Environment): readonly string[] {
  if (WEBSITE_AUTH_ENABLED.toLowerCase() !== 'true') return [];
  return DASHBOARD_USERS.toLowerCase()
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
