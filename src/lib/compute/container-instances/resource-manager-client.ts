// A module of its own, so that the bundler takes only these when they are loaded lazily.
export { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
export { createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
