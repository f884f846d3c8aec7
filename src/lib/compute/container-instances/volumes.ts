// The shares of Azure Files in the body of a container group.

import type { ImageContainer } from '../../config/models.ts';
import { SecretError } from '../../config/secrets.ts';

/** Secret name → value; holds all that the container needs. */
type Secrets = ReadonlyMap<string, string>;
type WithVolumes = Pick<ImageContainer, 'volumes'>;

const nameOf = (index: number): string => `volume-${index + 1}`;

/** Of the group: each a volume of its own, since Azure mounts none of them twice. */
export function volumesOf({ volumes }: WithVolumes, secrets: Secrets): object[] {
  return volumes.map(({ share, account, accountKeySecret, readOnly }, index) => ({
    name: nameOf(index),
    azureFile: {
      shareName: share,
      storageAccountName: account,
      storageAccountKey: secrets.get(accountKeySecret) ?? '',
      readOnly,
    },
  }));
}

/** Of its container. */
export function volumeMountsOf({ volumes }: WithVolumes): object[] {
  return volumes.map(({ mountPath, readOnly }, index) => ({ name: nameOf(index), mountPath, readOnly }));
}

/** 64 bytes in Base64. */
const ACCOUNT_KEY = /^[A-Za-z0-9+/]{86}==$/;

/**
 * Azure accepts a group with any key, and then does not start it: not even a blank at the end is told as such.
 * https://github.com/Azure/azure-cli/issues/22830
 * @throws {SecretError} where a key cannot be one.
 */
export function checkAccountKeys({ volumes }: WithVolumes, secrets: Secrets): void {
  const wrong = volumes.find(({ accountKeySecret: name }) => !ACCOUNT_KEY.test(secrets.get(name) ?? ''));
  if (wrong === undefined) return;
  const { accountKeySecret, account } = wrong;
  throw new SecretError(
    accountKeySecret,
    `The secret ${accountKeySecret} does not hold a key of a storage account, which has 88 characters, with nothing before or after them.`,
    `Set it to a key of ${account}: az storage account keys list --account-name ${account}.`,
  );
}
