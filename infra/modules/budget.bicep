// Tells by mail when most of the budget is used, and when more than that is to be expected.

targetScope = 'subscription'

@description('Name of the budget.')
param name string

@description('Budget a month, in the currency of the subscription.')
param amount int

@description('First day of the month from which it counts.')
param startDate string

@description('Mail address.')
param alertEmail string

@description('Names of the resource groups that count.')
param resourceGroupNames array

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: resourceGroupNames
      }
    }
    notifications: {
      mostOfIt: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [
          alertEmail
        ]
      }
      expectedToExceed: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [
          alertEmail
        ]
      }
    }
  }
}
