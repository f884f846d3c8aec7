// The Container Apps jobs that models.json describes, and the environment in which they run: that of the Consumption plan, which
// costs nothing while nothing runs. The app starts them; Azure never does by itself, nor again after a failure.

@description('Name of the environment.')
param jobEnvironmentName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('The models and jobs of models.json whose job is made.')
param entries array

@description('Address of the vault.')
param vaultUrl string

@description('Resource id of the identity with which Azure reads their secrets.')
param identityId string

@description('Resource id of the identity with which they pull, where they name no other. Empty: none.')
param pullIdentityId string

@description('Resource id of the Log Analytics workspace of their logs. Empty: none.')
param logWorkspaceId string

// Each job as it is described, with what it leaves out.
var described = map(entries, entry => {
  name: entry.container.containerAppsJob.?name ?? entry.name
  seconds: (entry.?timeoutMinutes ?? 60) * 60
  container: entry.container.containerAppsJob
  secrets: entry.container.containerAppsJob.?secrets ?? {}
  server: entry.container.containerAppsJob.?registry.?server ?? ''
  username: entry.container.containerAppsJob.?registry.?username ?? ''
  passwordSecret: toLower(entry.container.containerAppsJob.?registry.?passwordSecret ?? '')
  pullIdentityId: entry.container.containerAppsJob.?registry.?identity ?? pullIdentityId
})
// The names of the secrets in a job are those in the vault.
var jobs = map(described, each => {
  name: each.name
  seconds: each.seconds
  container: each.container
  secretNames: union(
    map(items(each.secrets), secret => toLower(secret.value)),
    empty(each.passwordSecret) ? [] : [each.passwordSecret]
  )
  env: map(items(each.secrets), secret => {
    name: secret.key
    secretRef: toLower(secret.value)
  })
  identityIds: union(
    [identityId],
    empty(each.server) || !empty(each.username) ? [] : [each.pullIdentityId]
  )
  registries: empty(each.server)
    ? []
    : [
        empty(each.username)
          ? { server: each.server, identity: each.pullIdentityId }
          : { server: each.server, username: each.username, passwordSecretRef: each.passwordSecret }
      ]
})
var complete = map(jobs, each => {
  name: each.name
  seconds: each.seconds
  container: each.container
  env: each.env
  registries: each.registries
  identities: toObject(each.identityIds, id => id, id => {})
  // What runs in the container gets no token of them.
  identitySettings: map(each.identityIds, id => { identity: id, lifecycle: 'None' })
  secrets: map(each.secretNames, name => {
    name: name
    keyVaultUrl: '${vaultUrl}/secrets/${name}'
    identity: identityId
  })
})

resource jobEnvironment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: jobEnvironmentName
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: {
      destination: empty(logWorkspaceId) ? null : 'azure-monitor'
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

// By way of Azure Monitor: the other way wants a key of the workspace.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logWorkspaceId)) {
  name: 'container-logs'
  scope: jobEnvironment
  properties: {
    workspaceId: logWorkspaceId
    logs: [
      {
        category: 'ContainerAppConsoleLogs'
        enabled: true
      }
    ]
  }
}

resource job 'Microsoft.App/jobs@2025-07-01' = [
  for each in complete: {
    name: each.name
    location: location
    tags: tags
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: each.identities
    }
    properties: {
      environmentId: jobEnvironment.id
      workloadProfileName: 'Consumption'
      configuration: {
        triggerType: 'Manual'
        manualTriggerConfig: {
          parallelism: 1
          replicaCompletionCount: 1
        }
        // A failure is the app's to judge: whether it is tried again, and when.
        replicaRetryLimit: 0
        // It counts from before the pull of the image; the app's own limit comes first.
        replicaTimeout: each.seconds + 1800
        secrets: each.secrets
        registries: each.registries
        identitySettings: each.identitySettings
      }
      template: {
        containers: [
          {
            name: 'submission'
            image: each.container.image
            command: each.container.?command ?? []
            env: each.env
            resources: {
              cpu: each.container.?cpu ?? 1
              memory: '${each.container.?memoryGB ?? 2}Gi'
            }
          }
        ]
      }
    }
  }
]
