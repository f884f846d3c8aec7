// nodes.json as numerai-cli 1.1.7 writes it: the options of `numerai node config`, and the outputs of its Terraform.

const AWS = 'https://abcdefghijklmnopqrstuvwxyz123456.lambda-url.us-east-1.on.aws/';

export const onAws = (name: string, more: object = {}) => ({
  [name]: {
    provider: 'aws',
    cpu: 2048,
    memory: 16384,
    path: '/home/ada/tournament-python3',
    timeout_minutes: 60,
    model_id: '0f3c9d1e-8a47-4b62-9e0d-2c71b6a4f058',
    cluster_arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/numerai-submission-compute',
    cluster_log_group: `/aws/batch/${name}`,
    docker_repo: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${name}`,
    webhook_log_group: `/aws/lambda/${name}`,
    webhook_url: AWS,
    ...more,
  },
});

export const onAzure = (name: string, more: object = {}) => ({
  [name]: {
    provider: 'azure',
    cpu: 1024,
    memory: 4096,
    path: 'C:\\Users\\ada\\Crypto Model',
    timeout_minutes: '60',
    model_id: '6d1f0a52-3a3e-4a6a-8f56-0a8f7be1c9aa',
    registry_rg_name: 'numerai-cli-acr-abcdefghij',
    registry_name: 'NumeraiACRabcdefghij',
    acr_login_server: 'numeraiacrabcdefghij.azurecr.io',
    docker_repo: `numeraiacrabcdefghij.azurecr.io/${name}`,
    webhook_url: 'https://abc.azurewebsites.net/api/orchestrators/start_submission?code=a-secret-code',
    resource_group_name: `numerai-cli-${name}`,
    webhook_storage_account_name: 'numeraiabcdefghij',
    ...more,
  },
});

export const onGcp = (name: string, more: object = {}) => ({
  [name]: {
    provider: 'gcp',
    cpu: 2048,
    memory: 4096,
    path: '/home/ada/signals-python3',
    timeout_minutes: '120',
    model_id: '2b1d9c1a-1111-4222-8333-444455556666',
    registry_id: 'projects/p/locations/us-east1/repositories/numerai-container-registry',
    artifact_registry_login_url: 'https://us-east1-docker.pkg.dev/',
    docker_repo: `us-east1-docker.pkg.dev/p/numerai-container-registry/${name}`,
    webhook_url: 'https://us-east1-p.cloudfunctions.net/numerai',
    job_id: `projects/p/locations/us-east1/jobs/${name}`,
    ...more,
  },
});
