// A module of its own, so that the bundler takes only this credential when it is loaded lazily.
export { ManagedIdentityCredential } from '@azure/identity';
