// What runs the containers of an environment: a process for the demo's images, which need neither Docker nor
// a network; Docker for every other image, if a daemon answers.

import { DockerRuntime, dockerAnswers } from '../containers/docker.ts';
import { ProcessRuntime } from '../containers/process.ts';
import {
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type RunningContainer,
} from '../containers/runtime.ts';
import type { Certificates } from '../emulators/certificates.ts';
import type { NumeraiEmulator } from '../emulators/numerai/numerai.ts';
import { DEMO_IMAGE, demoImages } from './demo.ts';
import { imagesOf, type Programs } from './programs.ts';

/** What a container runtime may need to know of the environment that its containers run in. */
export interface ContainerSurroundings {
  readonly certificates: Certificates;
  readonly numeraiUrl: string;
  /** Variables of every local image: its program finds Numerai's emulator by them, and trusts it. */
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly numerai: NumeraiEmulator;
  /** Run in place of their images. */
  readonly programs: Programs;
}

/** Where a container in Docker finds the authority that signed the emulators' certificates, and all that it trusts. */
const IN_CONTAINER = { authority: '/etc/numerai-local/ca.pem', bundle: '/etc/numerai-local/bundle.pem' } as const;

/**
 * The variables by which programs trust the emulators: Node.js adds an authority; Python's requests and OpenSSL replace
 * their list, so they get a whole one.
 */
export const trusting = (authorityFile: string, bundleFile: string): Readonly<Record<string, string>> => ({
  NODE_EXTRA_CA_CERTS: authorityFile,
  REQUESTS_CA_BUNDLE: bundleFile,
  SSL_CERT_FILE: bundleFile,
});

/** Runs the demo's images and the participant's own programs as processes, and no other image. */
export const processRuntime = ({ imageEnv, programs }: ContainerSurroundings): ProcessRuntime =>
  new ProcessRuntime({ images: { ...demoImages(imageEnv), ...imagesOf(programs, imageEnv) } });

/** Looks for Docker once. `environmentId` distinguishes this environment's containers from those of others. */
export async function localRuntime(
  environmentId: string,
): Promise<(surroundings: ContainerSurroundings) => LocalRuntime> {
  const withDocker = await dockerAnswers();
  // Containers of an earlier environment that was killed may still be running.
  if (withDocker) await new DockerRuntime({ environmentId }).close();
  return (surroundings) => {
    const processes = processRuntime(surroundings);
    if (!withDocker) return new LocalRuntime(processes, undefined);
    const { imageEnv, certificates } = surroundings;
    const docker = new DockerRuntime({
      environmentId,
      env: { ...imageEnv, ...trusting(IN_CONTAINER.authority, IN_CONTAINER.bundle) },
      mounts: {
        [certificates.authorityFile]: IN_CONTAINER.authority,
        [certificates.bundleFile]: IN_CONTAINER.bundle,
      },
    });
    return new LocalRuntime(processes, docker);
  };
}

class LocalRuntime implements ContainerRuntime {
  readonly #processes: ProcessRuntime;
  readonly #docker: DockerRuntime | undefined;

  constructor(processes: ProcessRuntime, docker: DockerRuntime | undefined) {
    this.#processes = processes;
    this.#docker = docker;
  }

  hasImage(image: string): boolean | undefined {
    if (this.#processes.hasImage(image)) return true;
    // Docker knows only after a pull.
    return this.#docker === undefined ? false : undefined;
  }

  async pull(spec: ContainerSpec): Promise<void> {
    if (!this.#processes.hasImage(spec.image)) await this.#dockerFor(spec).pull(spec);
  }

  async start(spec: ContainerSpec): Promise<RunningContainer> {
    return this.#processes.hasImage(spec.image) ? this.#processes.start(spec) : this.#dockerFor(spec).start(spec);
  }

  async close(): Promise<void> {
    await Promise.all([this.#processes.close(), this.#docker?.close()]);
  }

  #dockerFor(spec: ContainerSpec): DockerRuntime {
    if (this.#docker !== undefined) return this.#docker;
    throw new ImageUnavailable(
      spec.image,
      `no Docker daemon answers on this machine, and without one only ${DEMO_IMAGE} can run, and what npm start -- --program names`,
    );
  }
}
