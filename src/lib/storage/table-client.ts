// A module of its own, so that the bundler takes only the client when it is loaded lazily.
export { TableClient } from '@azure/data-tables';
