// After the infrastructure is made: where there is a share for data, how to copy a file into it, and how a container
// gets it. The key of its account is in the vault, and not shown.

import { runMain } from '../command-line.ts';

/** What to tell, as lines; none where there is no share. */
export function dataShareLines({
  DATA_SHARE_NAME: share = '',
  DATA_SHARE_ACCOUNT: account = '',
  DATA_SHARE_KEY_SECRET: accountKeySecret = '',
}: NodeJS.ProcessEnv): readonly string[] {
  if (share === '' || account === '') return [];
  const volumes = [{ mountPath: '/models', share, account, accountKeySecret }];
  return [
    `\nThe share ${share} of the storage account ${account} is for data beside the images. Copy a file into it:`,
    `  az storage file upload --account-name ${account} --share-name ${share} --source model.pkl`,
    'A container sees it with this in models.json, beside `image` (add "readOnly": false for one that writes):',
    `  ${JSON.stringify({ volumes }).slice(1, -1)}`,
  ];
}

if (import.meta.main) {
  await runMain(async () => {
    for (const line of dataShareLines(process.env)) console.log(line);
  });
}
