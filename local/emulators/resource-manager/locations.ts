// Regions and their capacity.

/** The regions of container groups, as listed by the resource provider (an excerpt). */
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

/** Resource Manager accepts `West US 2` for `westus2`. */
export const normaliseLocation = (location: string): string => location.replaceAll(' ', '').toLowerCase();

/**
 * How much room a region has: enough; none, which it reports at once; none, which it reports after accepting
 * the group; or the latter, but it keeps trying, so that a `Failed` group runs once there is room.
 */
export type Capacity = 'ample' | 'refuses' | 'fails-later' | 'fails-and-keeps-trying';
