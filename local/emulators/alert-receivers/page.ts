// The page that shows the received alerts, for a person who tries the app out.

import type { ReceivedAlert } from './receiver.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8888; border-radius: 0.5rem; padding: 0 1rem; margin: 1rem 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
  time { opacity: 0.75; }`;

/** Newest first. */
export function alertsPage(alerts: readonly ReceivedAlert[]): string {
  const articles = alerts.toReversed().map(
    (alert) => `<article>
  <h2>${alert.format} <time>${alert.receivedAt.toISOString()}</time></h2>
  <pre>${escaped(alert.text)}</pre>
</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>Alerts</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>Alerts</h1>
${articles.join('\n') || '<p>Nothing has been received yet.</p>'}
</body>
</html>
`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
