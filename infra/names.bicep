// What everything that the template makes is called, decided here and nowhere else. Names that are the same in all of Azure, or
// that several installations may have side by side, end in what sets this installation apart.

@export()
@description('The names, by what has them. The suffix is the same for one environment in one region of one subscription.')
func namesOf(subscriptionId string, environmentName string, suffix string) object => {
  appResourceGroup: 'rg-${environmentName}'
  containerResourceGroup: 'rg-${environmentName}-containers'
  budget: 'budget-numerai-${environmentName}'
  // Tables and the container of the package have it in their names, so that several installations can share an account.
  installation: suffix
  app: 'func-numerai-${suffix}'
  plan: 'plan-${suffix}'
  appIdentity: 'id-numerai-${suffix}'
  storage: 'st${suffix}'
  packageContainer: 'app-package-${suffix}'
  vault: 'kv-${suffix}'
  registry: 'cr${suffix}'
  pullIdentity: 'id-containers-${suffix}'
  dataStorage: 'stdata${suffix}'
  dataKey: 'data-share-key'
  jobEnvironment: 'cae-${suffix}'
  jobIdentity: 'id-jobs-${suffix}'
  logWorkspace: 'log-${suffix}'
  insights: 'appi-${suffix}'
  mail: 'ag-appi-${suffix}'
  silence: 'alert-silence-appi-${suffix}'
  roles: {
    containerGroups: guid(subscriptionId, suffix, 'container-groups')
    containerAppsJobs: guid(subscriptionId, suffix, 'container-apps-jobs')
    machineLearningJobs: guid(subscriptionId, suffix, 'machine-learning-jobs')
    assignIdentity: guid(subscriptionId, suffix, 'assign-identity')
    joinSubnet: guid(subscriptionId, suffix, 'join-subnet')
  }
}

@export()
@description('What people see a custom role called. It is had once in a tenant.')
func roleTitle(what string, environmentName string, suffix string) string => 'Numerai webhook: ${what} (${environmentName}, ${suffix})'
