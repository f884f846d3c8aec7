// `check`: the models, the settings, the secrets, Numerai and the deployed app, all that is wrong at once, each with what
// to do.

import { isAbsolute, relative, resolve } from 'node:path';
import { checkNumerai } from '../check/at-numerai.ts';
import { checkConfiguration } from '../check/configuration.ts';
import { checkDeployed } from '../check/deployed.ts';
import { type Finding, lineOf, signOf, unchecked, type Verdict } from '../check/finding.ts';
import { type AddCommand, type Context, modelsFileOf } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import type { Output } from '../output.ts';
import { azdValues } from '../target.ts';

interface Options {
  readonly offline?: boolean;
}

export const addCheck: AddCommand = (program, withContext) => {
  program
    .command('check')
    .description('Check models.json, settings, secrets, Numerai and the deployed app: all faults at once.')
    .option('--offline', 'only what needs no network: models.json, the settings and the secrets in it')
    .action(withContext(check));
};

async function check(context: Context, { offline = false }: Options): Promise<ExitCode> {
  const { output, target, folder } = context;
  const deployment = target.kind === 'local' || offline ? {} : await azdValues();
  const { findings, models } = await checkConfiguration({
    file: shortName(modelsFileOf(target.environment), folder),
    folder,
    environment: { ...deployment, ...target.environment },
    deploys: false,
  });
  show(output, findings);
  const all = [...findings];
  const add = async (what: string, found: Promise<readonly Finding[]>) => {
    output.progress(`asking ${what} …`);
    const more = await found;
    output.progress(null);
    show(output, more);
    all.push(...more);
  };
  if (offline)
    await add('nobody', Promise.resolve([unchecked('Numerai and the app', 'this is --offline.', 'Leave it out.')]));
  else {
    const url = await target.findUrl();
    if (models === null)
      await add('nobody', Promise.resolve([unchecked('Numerai', 'models.json is to be in order first.')]));
    else await add('Numerai', checkNumerai(context, models, url));
    if (url === null)
      await add('nobody', Promise.resolve([unchecked('app', 'where it is, is not known.', HOW_TO_NAME_IT)]));
    else await add('the app', checkDeployed(context, url, models));
  }
  return finish(output, all);
}

/** As it is called from the folder, where it is in there. */
function shortName(file: string, folder: string): string {
  const short = relative(folder, resolve(folder, file));
  return short.startsWith('..') || isAbsolute(short) ? file : short;
}

const HOW_TO_NAME_IT = 'Give --url https://…, or set AZURE_FUNCTION_URL.';

const COLOURS = { ok: 'green', failed: 'red', note: 'yellow', unchecked: 'dim' } as const;

function show(output: Output, findings: readonly Finding[]): void {
  for (const finding of findings)
    output.line(lineOf(finding, output.styled(COLOURS[finding.verdict], signOf(finding.verdict))));
}

function finish(output: Output, findings: readonly Finding[]): ExitCode {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const faults = count('failed');
  const open = count('unchecked');
  output.line();
  output.line(
    `${faults === 0 ? 'No faults' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`}${open === 0 ? '.' : `; ${open} not checked.`}`,
  );
  output.result({ ok: faults === 0, faults, findings });
  return faults === 0 ? EXIT.ok : EXIT.failed;
}
