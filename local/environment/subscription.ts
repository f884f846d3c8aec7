// The Azure subscription that the Resource Manager emulator has.

export const SUBSCRIPTION_ID = '11111111-2222-4333-8444-555555555555';
export const RESOURCE_GROUP = 'numerai-containers';
export const LOCATION = 'westeurope';
