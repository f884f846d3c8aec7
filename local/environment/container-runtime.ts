// What runs the containers of `npm start`: the demo's image has a program on this machine and needs no
// Docker and no network; every other image is Docker's, where a daemon answers.

import { DockerRuntime, dockerAnswers } from '../containers/docker.ts';
import { ProcessRuntime } from '../containers/process.ts';
import {
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type RunningContainer,
} from '../containers/runtime.ts';
import { DEMO_IMAGE, demoImage } from './demo.ts';
import type { ContainerSurroundings } from './environment.ts';

/** Where containers of Docker find the authority that the emulators' certificates are of. */
const AUTHORITY_IN_CONTAINER = '/etc/numerai-local/ca.pem';

/** Asks for Docker once; `environmentId` tells this environment's containers from those of others. */
export async function localRuntime(
  environmentId: string,
): Promise<(surroundings: ContainerSurroundings) => LocalRuntime> {
  const withDocker = await dockerAnswers();
  return ({ imageEnv, certificates }) => {
    const processes = new ProcessRuntime({ images: { [DEMO_IMAGE]: demoImage(imageEnv) } });
    if (!withDocker) return new LocalRuntime(processes, undefined);
    const docker = new DockerRuntime({
      environmentId,
      env: { ...imageEnv, NODE_EXTRA_CA_CERTS: AUTHORITY_IN_CONTAINER },
      mounts: { [certificates.authorityFile]: AUTHORITY_IN_CONTAINER },
    });
    return new LocalRuntime(processes, docker);
  };
}

export class LocalRuntime implements ContainerRuntime {
  readonly #processes: ProcessRuntime;
  readonly #docker: DockerRuntime | undefined;

  constructor(processes: ProcessRuntime, docker: DockerRuntime | undefined) {
    this.#processes = processes;
    this.#docker = docker;
  }

  hasImage(image: string): boolean | undefined {
    if (this.#processes.hasImage(image)) return true;
    return this.#docker === undefined ? false : undefined;
  }

  async pull(spec: ContainerSpec): Promise<void> {
    if (!this.#processes.hasImage(spec.image)) await this.#forOthers(spec).pull(spec);
  }

  async start(spec: ContainerSpec): Promise<RunningContainer> {
    return this.#processes.hasImage(spec.image)
      ? this.#processes.start(spec)
      : this.#forOthers(spec).start(spec);
  }

  async close(): Promise<void> {
    await Promise.all([this.#processes.close(), this.#docker?.close()]);
  }

  #forOthers(spec: ContainerSpec): DockerRuntime {
    if (this.#docker !== undefined) return this.#docker;
    throw new ImageUnavailable(
      spec.image,
      `no Docker daemon answers on this machine, and only ${DEMO_IMAGE} runs without one`,
    );
  }
}
