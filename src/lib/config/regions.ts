// Azure's regions, those of the clouds of governments and of China included: no container group can be created in another.
// https://learn.microsoft.com/azure/reliability/regions-list, `az account list-locations`. One that opens is added here.

import * as z from 'zod/mini';
import { described } from './fields.ts';

const EXPECTED = 'a region that Azure has, such as `westus2`';

export const region = described(
  EXPECTED,
  z.enum(
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
chinanorth chinanorth2 chinanorth3 chinaeast chinaeast2 chinaeast3`.split(/\s+/),
    EXPECTED,
  ),
);
