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

/**
 * How much room a region has: plenty; none, and it says so at once; none, and it says so after accepting;
 * or the same, but it goes on trying, so that a group that is `Failed` runs after all once there is room.
 */
export type Capacity = 'ample' | 'refuses' | 'fails-later' | 'fails-and-keeps-trying';
