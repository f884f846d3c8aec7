// Executions of jobs, of Container Apps and of Machine Learning, as the checker knows starts; and what befalls them.

import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import type { HandPlan } from './history.ts';
import type { FaultsWorld } from './world.ts';

/** One that goes on by itself, whatever platform it is of. */
interface Execution {
  readonly name: string;
  readonly hasEnded: boolean;
  stop(): void;
  kill(): Promise<void>;
  fail(): void;
  delete(): Promise<void>;
}

type Emulators = Pick<FaultsWorld, 'resourceManager'>;

/** Those of the job, or the workspace, that is a history's own; oldest first. */
export function executionsOf({ resourceManager: { jobs, workspaces } }: Emulators, own: string): Execution[] {
  const ofApps = jobs.executionsOf(own).map((execution) => ({
    name: execution.name,
    hasEnded: execution.hasEnded,
    stop: () => execution.stop(),
    kill: () => execution.kill(),
    fail: () => execution.fail('The node was lost.'),
    delete: () => jobs.remove(own),
  }));
  const workspace = workspaces.named(own);
  const ofLearning = (workspace?.jobs ?? []).map((job) => ({
    name: job.name,
    hasEnded: job.hasEnded,
    stop: () => job.cancel(),
    kill: () => job.kill(),
    fail: () => job.fail('AzureMLCompute job failed. JobNodePreempted: the node was lost.'),
    delete: async () => {
      if (workspace !== undefined) await workspaces.remove(workspace, job);
    },
  }));
  return [...ofApps, ...ofLearning];
}

/** What somebody does to an execution in the portal; what only groups can meet does nothing. */
export async function tamperWithExecution(
  execution: Execution,
  what: Exclude<HandPlan['what'], 'cancel'>,
): Promise<void> {
  if (what === 'stop') execution.stop();
  else if (what === 'delete') await execution.delete();
  else if (what === 'out-of-memory') await execution.kill();
  else if (what === 'fail-provisioning') execution.fail();
}

/** Counts from now on. @returns the starts since, as those of container groups are recorded: each with its run and its attempt. */
export function watchStarts({ resourceManager: { groups, jobs, workspaces } }: Emulators): () => StartRecord[] {
  const [ofGroups, ofJobs, ofWorkspaces] = [groups.starts.length, jobs.starts.length, workspaces.starts.length];
  return () =>
    [
      ...groups.starts.slice(ofGroups),
      ...jobs.starts.slice(ofJobs).map(({ at, execution }) => {
        const { name, env, template, startTime, endTime, exitCode } = execution;
        const image = template.containers[0]?.image ?? '';
        return startOf(at, { name, env, image, startTime, endTime, exitCode });
      }),
      ...workspaces.starts.slice(ofWorkspaces).map(({ at, job }) => {
        const { name, spec, startTime, endTime, exitCode } = job;
        return startOf(at, { name, env: spec.env, image: spec.image, startTime, endTime, exitCode });
      }),
    ].sort((one, other) => one.at.getTime() - other.at.getTime());
}

interface Seen {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly startTime: Date | undefined;
  readonly endTime: Date | undefined;
  readonly exitCode: number | undefined;
}

function startOf(at: Date, { name, image, env, startTime, endTime, exitCode }: Seen): StartRecord {
  const [runId = '', number = ''] = (env.ATTEMPT_ID ?? '').split('-');
  return {
    group: `${name}-a${number}`,
    location: 'westeurope',
    at,
    kind: 'start',
    image,
    env,
    secureNames: [],
    tags: { 'numerai-run': runId },
    runningAt: startTime,
    endedAt: endTime,
    exitCode,
  };
}
