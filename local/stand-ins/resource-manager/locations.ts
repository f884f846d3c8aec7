// Regions, and how they fare.

/** Where container groups can be, as the resource provider lists it (an excerpt). */
export const KNOWN_LOCATIONS: readonly string[] = [
  'australiaeast',
  'brazilsouth',
  'canadacentral',
  'centralindia',
  'centralus',
  'eastasia',
  'eastus',
  'eastus2',
  'francecentral',
  'germanywestcentral',
  'japaneast',
  'koreacentral',
  'northcentralus',
  'northeurope',
  'norwayeast',
  'southcentralus',
  'southeastasia',
  'swedencentral',
  'switzerlandnorth',
  'uksouth',
  'westcentralus',
  'westeurope',
  'westus',
  'westus2',
  'westus3',
];

/** Resource Manager takes `West US 2` for `westus2`. */
export const normaliseLocation = (location: string): string =>
  location.replaceAll(' ', '').toLowerCase();

/** How much room a region has: plenty, none and says so at once, or none and says so after accepting. */
export type Capacity = 'ample' | 'refuses' | 'fails-later';
