// Application Insights on a capped workspace, and (where there is somebody to tell) a rule that
// notices that the watcher has gone quiet: it runs every minute, so its silence is a fault. Only its own runs count: HTTP
// calls go on when all timers have stopped, and an answered error counts as a success there.

@description('What everything is called: names.bicep.')
param names object

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Most that the workspace takes in a day, in GB, as text: Bicep has no fractions. With a point or a comma.')
param dailyQuotaGb string

@description('Object id of the app\'s identity.')
param principalId string

@description('Mail address for the rule. Empty: no rule.')
param alertEmail string

// Monitoring Metrics Publisher: what sending telemetry with an identity needs.
var metricsPublisher = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '3913510d-42f4-4e42-8a64-420c390055eb'
)

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: names.logWorkspace
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
    workspaceCapping: {
      dailyQuotaGb: json(replace(dailyQuotaGb, ',', '.'))
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: names.insights
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource publishing 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, metricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: metricsPublisher
  }
}

resource mail 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: names.mail
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'numerai'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource silence 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = if (!empty(alertEmail)) {
  name: names.silence
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'The watcher of the Numerai webhook app has gone quiet'
    description: 'The watcher, which runs every minute, did not succeed once in 15 minutes. docs/runbook.md says what to do.'
    severity: 1
    enabled: true
    scopes: [
      insights.id
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'requests | where name == "watcher" and success == true'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        mail.id
      ]
    }
  }
}

@description('Names the component. With local authentication disabled it opens nothing.')
output connectionString string = insights.properties.ConnectionString
