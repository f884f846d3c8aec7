// A module of its own, so that the bundler takes only this credential when it is loaded lazily.
export { AzureCliCredential } from '@azure/identity';
