// A registry for the participant's images, without an administrator's password.

@description('Name of the registry.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Basic'
  }
  properties: {
    adminUserEnabled: false
  }
}
