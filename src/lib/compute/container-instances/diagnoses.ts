// Azure's codes and words, and what each means: the kind of failure, a sentence and a remedy for its reason, and
// whether another region may do better. The first row that fits counts, so the order matters.

import { isForbidden } from '../refusals.ts';
import { OF_OPTIONS, OF_VOLUMES } from './diagnoses-of-options.ts';
import { always, type Diagnosis, type Subject, type WordedDiagnosis } from './diagnosis.ts';
import { GIVE_ROLE } from './remedies.ts';

const image = ({ container }: Subject): string => (container?.kind === 'image' ? ` ${container.image}` : '');
const ofModel = ({ name }: Subject): string => (name === null ? '' : ` of ${name}`);
const notPulled = (subject: Subject): string => `The image${image(subject)} could not be pulled:`;

/** Azure's words for a region that is full; see the row. */
export const NO_CAPACITY =
  /not available in the location|insufficient ?capacity|capacity is not available|no capacity/i;

const PULL_FAILED =
  /failed to pull|pull(ing)? (the )?image|inaccessible ?image|imagepullbackoff|errimagepull|manifest unknown|not accessible/i;

/** Words of a registry, where the text is about an image at all. */
const aboutImage = (words: RegExp): RegExp =>
  new RegExp(`(?=.*(pull|image|registry|manifest)).*(${words.source})`, 'is');

export const WORDED: readonly WordedDiagnosis[] = [
  ...OF_OPTIONS,
  {
    // "Limit: '0', Usage: '0'": one name was used in several regions in short order, which looks like abuse.
    // https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/service-unavailable-container-group-quota-exceeded
    words: /ContainerGroups.{1,80}Limit: .?0\b/is,
    failure: 'provisioning',
    elsewhere: true,
    what: always('Azure refuses a group of this name for now, since the name was used in several regions:'),
    remedy: always('This passes by itself; it is no quota that is used up.'),
  },
  {
    // 409 ServiceUnavailable, or the event "InsufficientCapacity." after the group was accepted.
    // https://github.com/virtual-kubelet/virtual-kubelet/issues/592
    // https://github.com/Azure/Azure-Landing-Zones/issues/2404
    words: NO_CAPACITY,
    failure: 'no-capacity',
    elsewhere: true,
    what: ({ location }) =>
      `Azure has no capacity for this container${location === null ? '' : ` in ${location}`} at the moment.`,
    remedy: adviceOnRegions,
  },
  {
    // "container group quota 'StandardCores' exceeded in region 'eastus'. Limit: '10', Usage: '10' Requested: '1'."
    // https://github.com/MicrosoftDocs/azure-docs/issues/51738
    words: /quota/i,
    failure: 'quota',
    elsewhere: true,
    what: always("The subscription's quota for container groups is used up:"),
    remedy: always('Remove groups that are not needed, or ask Azure for a higher quota.'),
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available
    // A size that the region does not offer is also answered as a region that is full.
    words:
      /LocationNotAvailableForResourceType|NoRegisteredProviderFound|SkuNotAvailable|(cpu|memory|resource|sku|size)s?\b.*\b(exceed|not supported|not offered|not available|larger than).*\b(region|location)/is,
    failure: 'configuration',
    elsewhere: true,
    what: ({ location }) => `Azure does not offer this container in ${location ?? 'this region'}:`,
    remedy: always('Name another region in `locations`, or a smaller size, in models.json.'),
  },
  {
    // The name is taken in another region.
    words: /InvalidResourceLocation/i,
    failure: 'provisioning',
    elsewhere: true,
    what: always('A container group of this name is in another region:'),
    remedy: always('It is removed by itself where it is of this app; else remove it.'),
  },
  {
    // "… does not have authorization … If access was recently granted, please refresh your credentials."
    // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected
    words: /\bAuthorizationFailed\b/,
    ...mayNot(),
  },
  {
    // "An error response is received from the docker registry 'index.docker.io'. Please retry later.": most often
    // Docker Hub's rate limit, by the address that all containers of a region share.
    // https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/docker-hub-rate-limit-registryerrorresponse
    // https://github.com/Azure/azure-cli/issues/29300
    words: aboutImage(/RegistryErrorResponse|toomanyrequests|too many requests|pull rate limit|429 too many/),
    failure: 'registry',
    elsewhere: true,
    what: (subject) => `The registry of the image${image(subject)} asks to be left alone for now:`,
    remedy: always(
      "Most often this is Docker Hub's limit for pulls without an account: name a registry with a user, or move the image to a registry of your own.",
    ),
  },
  {
    // Errors of Go's net package, which containerd passes on.
    words: aboutImage(
      /i\/o timeout|tls handshake timeout|connection (reset|refused)|context deadline exceeded|unexpected eof|50[0234] (internal server error|bad gateway|service unavailable|gateway timeout)|unexpected status( code)?:? 5\d\d/,
    ),
    failure: 'registry',
    elsewhere: true,
    what: (subject) => `The registry of the image${image(subject)} did not answer as it should:`,
    remedy: always('This is usually temporary; see the status page of the registry.'),
  },
  {
    // containerd, and the older Docker. https://github.com/containerd/containerd/blob/main/core/images/image.go
    words: /no match(ing manifest)? for (platform|linux)|exec format error|OsVersionNotSupported/i,
    failure: 'image',
    elsewhere: false,
    what: (subject) => `The image${image(subject)} is not for the processor that Azure runs it on:`,
    remedy: always('Build it with docker buildx build --platform linux/amd64, as on a Mac the default is arm64.'),
  },
  {
    // https://distribution.github.io/distribution/spec/api/#errors
    words: aboutImage(
      /unauthorized|authentication required|access denied|access is denied|pull access|\b401\b|denied:/,
    ),
    failure: 'image',
    elsewhere: false,
    what: (subject) => `The registry does not let Azure pull the image${image(subject)}:`,
    remedy: (subject) => `Check the registry credentials${ofModel(subject)}; a token may have expired.`,
  },
  {
    words: aboutImage(/manifest unknown|name unknown|manifest.*not found|does not exist/),
    failure: 'image',
    elsewhere: false,
    what: (subject) => `The image${image(subject)} does not exist in its registry:`,
    remedy: (subject) => `Check the image's name and tag${ofModel(subject)}.`,
  },
  {
    // "The image '…' in container group '…' is not accessible. Please check the image and registry credential."
    // https://github.com/Azure/azure-sdk-for-python/issues/16731
    words: PULL_FAILED,
    failure: 'image',
    elsewhere: false,
    what: notPulled,
    remedy: (subject) => `Check the image's name and the registry credentials${ofModel(subject)}.`,
  },
  OF_VOLUMES,
];

/** By the status of a refusal that no words explain. */
export function byStatus(status: number | null, { container }: Subject): Diagnosis {
  if (isForbidden({ failure: 'refused', status })) return mayNot();
  if (status === 404) return missing(container);
  return {
    failure: status === 409 ? 'provisioning' : 'configuration',
    elsewhere: false,
    what: ({ name }) => `Azure refused to start the container of ${name ?? ''}:`,
    remedy: always('Check its container in models.json.'),
  };
}

function mayNot(): Diagnosis {
  return {
    failure: 'permission',
    elsewhere: false,
    what: ({ name }) => `The app may not start container groups for model ${name ?? ''}:`,
    remedy: always(`${GIVE_ROLE} A new role takes up to ten minutes to be known.`),
  };
}

function missing(container: Subject['container']): Diagnosis {
  const [what, where] =
    container?.kind === 'group'
      ? [`container group ${container.group}`, 'container.group in models.json']
      : ['resource group', 'CONTAINER_RESOURCE_GROUP'];
  return {
    failure: 'configuration',
    elsewhere: false,
    what: (subject) => `The ${what}${ofModel(subject)} does not exist:`,
    remedy: always(`Fix ${where}, or create it.`),
  };
}

function adviceOnRegions({ container }: Subject): string {
  if (container?.kind === 'group')
    return `If it stays so, make container group ${container.group} in another region, or let the app make a group for each run (container.image and locations in models.json).`;
  const { locations, priority } = container?.kind === 'image' ? container : { locations: [], priority: null };
  if (priority === 'Spot')
    return 'Few regions have Spot containers, and those not always: name them all in `locations`, or take `priority` out of models.json.';
  return locations.length > 1
    ? `All of ${locations.join(', ')} are tried in turn.`
    : 'Add another region to `locations` in models.json.';
}
