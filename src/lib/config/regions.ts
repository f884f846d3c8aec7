// Azure's regions, those of the clouds of governments and of China included.
// https://learn.microsoft.com/azure/reliability/regions-list, `az account list-locations`. One that has opened since is none
// here, and stops nothing: what is refused is what is plainly misspelt.

import * as z from 'zod/mini';
import { nearest } from '../util/nearest.ts';

const KNOWN: readonly string[] =
  `eastus eastus2 eastus3 centralus northcentralus southcentralus westcentralus westus westus2 westus3
canadacentral canadaeast mexicocentral brazilsouth brazilsoutheast chilecentral
northeurope westeurope uksouth ukwest francecentral francesouth germanywestcentral germanynorth
switzerlandnorth switzerlandwest norwayeast norwaywest swedencentral swedensouth polandcentral italynorth
spaincentral austriaeast belgiumcentral denmarkeast finlandcentral greececentral
uaenorth uaecentral qatarcentral israelcentral saudiarabiaeast southafricanorth southafricawest
eastasia southeastasia japaneast japanwest koreacentral koreasouth taiwannorth taiwannorthwest
centralindia southindia westindia southcentralindia jioindiawest jioindiacentral
indonesiacentral malaysiawest newzealandnorth
australiaeast australiasoutheast australiacentral australiacentral2
usgovvirginia usgovtexas usgovarizona usdodcentral usdodeast
chinanorth chinanorth2 chinanorth3 chinaeast chinaeast2 chinaeast3`.split(/\s+/);

/** Whether it is on the list; another one may be newer than that, or misspelt. */
export const isKnownRegion = (name: string): boolean => KNOWN.includes(name);

/** The region that was meant, where that is plain; null where the name may be that of a new one. */
function misspelt(name: string): string | null {
  const [, row = '', number = ''] = /^(.*?)([2-9])$/.exec(name) ?? [];
  // `westus4` comes after `westus3`, and `centralus2` after `centralus`.
  const isNext = number !== '' && isKnownRegion(number === '2' ? row : `${row}${Number(number) - 1}`);
  return isKnownRegion(name) || isNext ? null : nearest(name, KNOWN, 1);
}

const expectedFor = (given: unknown): string =>
  `a region that Azure has, such as \`${(typeof given === 'string' && nearest(given, KNOWN)) || 'westus2'}\``;

const error = ({ input }: { readonly input?: unknown }): string => expectedFor(input);

/** As `az account list-locations` has it: `westus2`, not `West US 2`. */
export const region = z.string({ error }).check(
  z.regex(/^[a-z]{5,40}\d?$/, { error, abort: true }),
  z.refine((name) => misspelt(name) === null, { error }),
  z.meta({ description: expectedFor(undefined), examples: [...KNOWN] }),
);
