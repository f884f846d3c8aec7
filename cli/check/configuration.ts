// What can be checked with nothing but the files and the settings here: models.json and the settings of a deployment, all
// faults at once. `check` does so, the package that is deployed, and the hook before anything is made in Azure.

import type { Entry, ModelsFile } from '../../src/lib/config/models.ts';
import { clauseOf, someOf } from '../../src/lib/util/sentences.ts';
import { readModelsText } from '../models-file.ts';
import { deploymentFaults, deploymentSettings, misspeltSettings } from './deployment-settings.ts';
import { allOf, type Finding, failed, note, unchecked } from './finding.ts';
import { checkModelsText, type ModelsContent, placeOf, said } from './models-text.ts';
import { plainSecretsIn } from './plain-secrets.ts';
import { demosIn, IDENTITY_TO_COME, lostNotes, onlyHereIn, templateNotes } from './template-rules.ts';
import { unknownRegionsIn, unknownRegionsOf } from './unknown-regions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigurationCheck {
  readonly findings: readonly Finding[];
  /** Null where it is wrong. */
  readonly models: ModelsFile | null;
}

export interface ConfigurationToCheck {
  /** Of the models, for people as well. */
  readonly file: string;
  /** Where a relative file is. */
  readonly folder: string;
  readonly environment: Environment;
  /** Whether this is deployed now: what would only do here is wrong then. */
  readonly deploys: boolean;
}

/** @throws {CommandFailure} `usage`, where the file cannot be read. */
export async function checkConfiguration(given: ConfigurationToCheck): Promise<ConfigurationCheck> {
  const { file, folder, environment, deploys } = given;
  const isKnown = deploys || Boolean(environment.AZURE_ENV_NAME);
  const { models, of, faults } = checkModelsText(await readModelsText(file, folder), {
    file,
    containerLocation: environment.CONTAINER_LOCATION || environment.AZURE_LOCATION || 'any',
    containerIdentityId: isKnown && !makesIdentity(environment) ? undefined : IDENTITY_TO_COME,
  });
  const names = models === null ? [] : [...models.models, ...models.jobs].map(({ name }) => name);
  return {
    models,
    findings: [
      ...allOf(faults, file, `${countOf(models)} in order: ${someOf(names).join(', ')}.`),
      ...(of === null ? [] : unknownRegionsIn(of)),
      ...secretFindings(of),
      ...settingFindings(environment),
      ...unknownRegionsOf(environment, ['AZURE_LOCATION', 'CONTAINER_LOCATION']),
      ...(models === null || of === null ? [] : deploymentFindings(models, given, of)),
    ],
  };
}

const makesIdentity = ({ CREATE_REGISTRY, EXISTING_REGISTRY_NAME, CONTAINER_IDENTITY_ID }: Environment): boolean =>
  CREATE_REGISTRY === 'true' || Boolean(EXISTING_REGISTRY_NAME) || Boolean(CONTAINER_IDENTITY_ID);

function countOf(models: ModelsFile | null): string {
  const of = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const jobs = models?.jobs.length ?? 0;
  return `${of(models?.models.length ?? 0, 'model')}${jobs === 0 ? '' : ` and ${of(jobs, 'job')}`}`;
}

function secretFindings(of: ModelsContent | null): readonly Finding[] {
  if (of === null) return [];
  const found = plainSecretsIn(of.content).map(({ key, what, remedy }) =>
    failed(said(key, of.content), `it looks like ${what}, in plain text.`, remedy, placeOf(of, key)),
  );
  return allOf(found, 'secrets', `none stands in ${of.file} itself.`);
}

function settingFindings(environment: Environment): readonly Finding[] {
  const faults = deploymentFaults(environment).map(({ key, got, expected }) =>
    failed(`setting ${key}`, `got ${got}.`, `Expected: ${clauseOf(expected)}.`),
  );
  const set = deploymentSettings(environment);
  const misspelt = misspeltSettings(environment);
  if (faults.length + set.length + misspelt.length === 0)
    return [
      unchecked(
        'settings of a deployment',
        'none is set here.',
        'With the Azure Developer CLI they are those of `azd env get-values`; else set them as variables (docs/deploy.md).',
      ),
    ];
  return [
    ...allOf(faults, 'settings of a deployment', `${set.length} set, and in order.`),
    ...misspelt.map(({ name, meant }) => note(`setting ${name}`, `nothing reads it; did you mean ${meant}?`)),
  ];
}

function deploymentFindings(models: ModelsFile, given: ConfigurationToCheck, of: ModelsContent): readonly Finding[] {
  const { environment, deploys } = given;
  const notes = [
    ...templateNotes(models, {
      subscriptionId: environment.AZURE_SUBSCRIPTION_ID || undefined,
    }),
    ...(environment.AZURE_ENV_NAME ? lostNotes(models, environment) : []),
  ].map(({ key, found, remedy }) => note(said(key, of.content), found, remedy, placeOf(of, key)));
  const entries = [...models.models, ...models.jobs];
  const tell = (whose: readonly Entry[], found: (names: string) => string, remedy: string) => {
    const names = someOf(whose.map(({ name }) => name)).join(', ');
    return whose.length === 0 ? [] : [(deploys ? failed : note)(of.file, found(names), remedy)];
  };
  return [
    ...notes,
    ...tell(
      demosIn(entries),
      (names) => `it still has the demo's ${names}, whose image exists in the local environment only.`,
      'Write your own models first (README.md), then deploy.',
    ),
    ...tell(
      onlyHereIn(entries),
      (names) => `the image of ${names} is on this machine only, and Azure cannot pull it.`,
      'Push it to a registry, and write its name there.',
    ),
  ];
}
