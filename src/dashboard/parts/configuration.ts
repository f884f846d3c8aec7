// How a model is configured, on its page.

import type { ImageContainer, Model } from '../../lib/config/models.ts';
import { list, span } from '../format.ts';
import { type Html, html, type Value } from '../html.ts';
import { type Fact, factList } from './elements.ts';

/** The configuration of a model, secrets by name only. @param base of the webhook's URL. */
export function configuration(model: Model, base: string): Html {
  const { container } = model;
  return html`<section class="card"><h2>Configuration</h2>
${factList([
  { term: 'Tournament', value: model.tournament },
  {
    term: 'Model at Numerai',
    value:
      model.numeraiModelName ?? model.numeraiModelId ?? 'not named: submissions cannot be checked',
  },
  { term: 'Timeout', value: span(model.timeoutMinutes * 60) },
  { term: 'Attempts', value: `at most ${model.maxAttempts} a round` },
  {
    term: 'Fallback',
    value: model.fallback ? 'on: started by a timer if the webhook does not come' : 'off',
  },
  ...(container.kind === 'group'
    ? [
        {
          term: 'Container',
          value: html`<code>${container.group}</code>, a container group that exists already`,
        },
      ]
    : containerFacts(container)),
  {
    term: 'Webhook',
    value: html`<code>${base}/api/webhook/${model.name}?code=…</code> <span class="muted">in Numerai's model settings; the key is that of the function <code>webhook</code></span>`,
    wide: true,
  },
])}
${container.kind === 'group' && html`<p class="notice tone-quiet"><strong>This container group exists already</strong>, and Azure starts it with the environment that it was created with. So the app cannot pass on the trigger id that Numerai sends: submissions arrive, but Numerai does not show them as the answer to its call. With <code>image</code> instead of <code>group</code> in models.json, the app creates a group for each attempt and hands over the id.</p>`}
</section>`;
}

function containerFacts(container: ImageContainer): Fact[] {
  const { command, registry } = container;
  return [
    { term: 'Image', value: html`<code>${container.image}</code>` },
    { term: 'Command', value: command && html`<code>${command.join(' ')}</code>` },
    { term: 'Size', value: `${container.cpu} vCPU, ${container.memoryGB} GB` },
    { term: 'Regions', value: list(container.locations) },
    {
      term: 'Registry',
      value:
        registry &&
        `${registry.server}${registry.username === undefined ? ', by managed identity' : `, as ${registry.username}`}`,
    },
    {
      term: 'Variables',
      value: lines(Object.keys(container.env).map((name) => html`<code>${name}</code>`)),
    },
    {
      term: 'Secrets, by name',
      value: lines(
        Object.entries(container.secrets).map(
          ([name, secret]) => html`<code>${name}</code> ← ${secret}`,
        ),
      ),
    },
  ];
}

/** One below the other; null if there is none. */
function lines(values: readonly Value[]): Html | null {
  return values.length === 0
    ? null
    : html`<ul>${values.map((value) => html`<li>${value}</li>`)}</ul>`;
}
