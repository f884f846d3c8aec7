// How a model or a job is configured, on its page.

import { aboutOf, type Fact } from '../../lib/config/container-kinds.ts';
import type { ImageContainer, Job, Model } from '../../lib/config/models.ts';
import { USUAL_MAX_ATTEMPTS } from '../../lib/runs/run.ts';
import { list, span } from '../format.ts';
import { type Html, html, type Value } from '../html.ts';
import { factList } from './elements.ts';

/** The configuration of a model, secrets by name only. @param base of the webhook's URL. */
export function configuration(model: Model, base: string): Html {
  const { container, lastResort, numeraiModels } = model;
  return html`<section class="card"><h2>Configuration</h2>
${factList([
  ['Tournament', model.tournament],
  [
    numeraiModels.length > 1 ? 'Models at Numerai' : 'Model at Numerai',
    numeraiModels.length === 0 ? 'not named: submissions cannot be checked' : list(numeraiModels),
  ],
  ['Timeout', span(model.timeoutMinutes * 60)],
  ['Attempts', attemptsAllowed(model)],
  ['Fallback', model.fallback ? 'on: started by a timer if the webhook does not come' : 'off'],
  ...factsOf(container),
  ['Last resort', lastResort && html`<code>${lastResort.container.image}</code>, ${span(lastResort.minutes * 60)}`],
])}
${container.kind === 'group' && html`<p>The container group <code>${container.group}</code> <strong>exists already</strong>, and Azure starts it with the environment that it was created with. So the app cannot pass on the trigger id that Numerai sends: submissions arrive, but Numerai does not show them as the answer to its call. With <code>image</code> instead of <code>group</code> in models.json, the app creates a group for each attempt and hands over the id.${numeraiModels.length > 1 && ' For the same reason it submits for all its models in each attempt, not only for those that are missing.'}</p>`}
<p>Webhook: <code>${base}/api/webhook/${model.name}?code=…</code> <span class="muted">in Numerai's model settings; the key is that of the function <code>webhook</code></span></p>
</section>`;
}

/** The configuration of a job. */
export function jobConfiguration(job: Job, base: string): Html {
  const { container, schedule, overlap } = job;
  return html`<section class="card"><h2>Configuration</h2>
${factList([
  ['Schedule', schedule === null ? 'none: on request only' : html`<code>${schedule.text}</code> (UTC)`],
  ['While a run is under way', overlap === 'skip' ? 'a scheduled time is skipped' : 'another run starts beside it'],
  ['Timeout', span(job.timeoutMinutes * 60)],
  ['Attempts', `${job.maxAttempts} may fail in a run`],
  ['Container group', container.kind === 'group' && html`<code>${container.group}</code>, which exists already`],
  ...factsOf(container),
])}
<p>Webhook: <code>${base}/api/webhook/${job.name}?code=…</code> <span class="muted">for whatever wants it to run; the key is that of the function <code>webhook</code></span></p>
</section>`;
}

function attemptsAllowed({ maxAttempts }: Model): string {
  return maxAttempts === null
    ? `${USUAL_MAX_ATTEMPTS} may fail in a round, and more where it is open for hours`
    : `${maxAttempts} may fail in a round`;
}

function factsOf(container: Model['container']): readonly (readonly [string, Value])[] {
  if (container.kind === 'group') return [];
  const own = container.kind === 'image' ? containerFacts(container) : aboutOf(container).facts.map(factOf);
  return [
    ...own,
    ['Variables', lines(Object.keys(container.env).map((name) => html`<code>${name}</code>`))],
    ['Secrets, by name', 'secrets' in container && secretLines(container.secrets)],
  ];
}

function factOf({ label, names = [], text }: Fact): readonly [string, Value] {
  const [first, ...more] = names;
  if (first === undefined) return [label, text];
  if (more.length > 0) return [label, lines(names.map((name) => html`<code>${name}</code>`))];
  return [label, html`<code>${first}</code>${text !== undefined && `, ${text}`}`];
}

const secretLines = (secrets: Readonly<Record<string, string>>): Html | null =>
  lines(Object.entries(secrets).map(([name, secret]) => html`<code>${name}</code> ← ${secret}`));

function containerFacts(container: ImageContainer): (readonly [string, Value])[] {
  const { command, registry, memoryGB, maxMemoryGB, volumes, subnet, identity, priority, keepFailed } = container;
  const more = maxMemoryGB > memoryGB ? `, after running out of memory up to ${maxMemoryGB} GB` : '';
  const account = registry?.username === undefined ? 'by managed identity' : `as ${registry.username}`;
  return [
    ['Image', html`<code>${container.image}</code>`],
    ['Command', command && html`<code>${command.join(' ')}</code>`],
    ['Size', `${container.cpu} vCPU, ${memoryGB} GB${more}`],
    ['Regions', list(container.locations)],
    ['Registry', registry && `${registry.server}, ${account}`],
    ['Volumes', lines(volumes.map(volumeLine))],
    ['Subnet', subnet && html`<code>${subnet}</code>`],
    ['Identity', identity && html`<code>${identity}</code>`],
    ['Priority', priority === 'Spot' ? 'Spot: Azure may take it away at any time' : null],
    ['Failed attempts', keepFailed ? 'the newest is kept for a day, to be looked at' : null],
  ];
}

function volumeLine({
  mountPath,
  share,
  account,
  accountKeySecret,
  readOnly,
}: ImageContainer['volumes'][number]): Html {
  return html`<code>${mountPath}</code> ← share ${share} of ${account}, ${readOnly ? 'read-only' : 'for reading and writing'}, key from ${accountKeySecret}`;
}

/** One below the other; null if there is none. */
function lines(values: readonly Html[]): Html | null {
  return values.length === 0 ? null : html`<ul>${values.map((value) => html`<li>${value}</li>`)}</ul>`;
}
