// Whether a job is made for this app: the app starts it, and decides whether and when it is started again.

import type { Entry } from '../../config/models.ts';
import type { Platform } from '../platform.ts';
import { missing } from './failures.ts';
import type { Job } from './job.ts';
import { sizeOfTemplate } from './template.ts';

type Found = Awaited<ReturnType<Platform['check']>>;

type Checked = Omit<Job, 'location'>;
type Given = Pick<Extract<Entry['container'], { kind: 'containerAppsJob' }>, 'job' | 'made'>;

/** @param job null where there is none of that name. */
export function checkJob({ job: name, made }: Given, job: Checked | null, timeoutMinutes: number): Found {
  if (job === null)
    return {
      problem: missing(name).reason,
      remedy: made
        ? 'azd up makes it, once its secrets are in the vault: run that again.'
        : 'docs/containers.md says how to create one.',
    };
  const { triggerType, replicaRetryLimit, replicaTimeout, manualTriggerConfig, template } = job;
  const problem = (what: string, change: string): Found => ({
    problem: `The Container Apps job ${name} ${what}`,
    remedy: `az containerapp job update --name ${name} --resource-group RESOURCE_GROUP ${change}`,
  });
  if (job.runningState === 'Suspended')
    return {
      problem: `The Container Apps job ${name} is suspended: it cannot be started.`,
      remedy: 'Resume it in the portal.',
    };
  if (triggerType !== 'Manual')
    return {
      problem: `The Container Apps job ${name} has the trigger ${triggerType}: Azure starts it beside the app.`,
      remedy: 'Create it anew with --trigger-type Manual: the trigger of a job cannot be changed.',
    };
  if (replicaRetryLimit !== 0)
    return problem(
      `has the replicaRetryLimit ${replicaRetryLimit}: Azure starts its container again after a failure, and the app does not learn of it.`,
      '--replica-retry-limit 0',
    );
  if ((manualTriggerConfig?.parallelism ?? 1) !== 1 || (manualTriggerConfig?.replicaCompletionCount ?? 1) !== 1)
    return problem(
      `runs more than one replica in an execution: each of them submits.`,
      '--parallelism 1 --replica-completion-count 1',
    );
  if (replicaTimeout !== null && replicaTimeout < timeoutMinutes * 60)
    return problem(
      `has the replicaTimeout ${replicaTimeout} s, which is less than timeoutMinutes: Azure ends it before the app does.`,
      `--replica-timeout ${timeoutMinutes * 60}`,
    );
  if (made === null) return null;
  const size = sizeOfTemplate(template);
  const deployed = shown(template.containers[0]?.image, size.cpu, size.memoryGB);
  const described = shown(made.image, made.cpu, made.memoryGB);
  if (deployed === described) return null;
  return {
    problem: `The Container Apps job ${name} is not as models.json describes it: it has ${deployed}, and not ${described}.`,
    remedy: 'azd provision changes it.',
  };
}

const shown = (image: string | undefined, cpu: number | null, memoryGB: number | null): string =>
  `${image} with ${cpu} CPU and ${memoryGB} GB`;
