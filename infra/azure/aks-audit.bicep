// The audit log of an AKS cluster to an event hub, for AuditWatch to read: namespace, hub, consumer group, the cluster's diagnostic setting, and the two rights
// that are needed, each on its own: Azure Monitor may send, AuditWatch may receive from this hub, nobody may manage.

targetScope = 'resourceGroup'

@description('Name of the AKS cluster, in this resource group.')
param clusterName string

@description('Name of the Event Hubs namespace that is made; unique in Azure.')
@minLength(6)
@maxLength(50)
param namespaceName string

@description('Location of the namespace: that of the cluster, which diagnostic settings demand.')
param location string = resourceGroup().location

@description('Partitions: one for each two or three thousand events a second. Cannot be lowered later.')
@minValue(1)
@maxValue(32)
param partitionCount int = 4

@description('Throughput units; each takes 1 MiB/s in and gives 2 MiB/s out.')
@minValue(1)
@maxValue(40)
param throughputUnits int = 1

@description('Upper bound to which throughput units grow by themselves; 0: they do not.')
@minValue(0)
@maxValue(40)
param maximumThroughputUnits int = 4

@description('How long AuditWatch may be away without losing anything.')
@minValue(1)
@maxValue(168)
param retentionHours int = 168

@description('kube-audit holds everything; kube-audit-admin leaves get and list out, so that reads of Secrets are not seen.')
@allowed(['kube-audit', 'kube-audit-admin'])
param category string = 'kube-audit'

@description('Object id of the identity that AuditWatch runs as (managed or workload identity, service principal). Empty: no role is given, and a Listen policy is made instead.')
param readerPrincipalId string = ''

var hubName = 'insights-logs-${category}'
// Azure Event Hubs Data Receiver
var receiverRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')

resource cluster 'Microsoft.ContainerService/managedClusters@2024-09-01' existing = {
  name: clusterName
}

resource eventHubs 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: throughputUnits
  }
  properties: {
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: maximumThroughputUnits > throughputUnits
    maximumThroughputUnits: maximumThroughputUnits > throughputUnits ? maximumThroughputUnits : 0
    // Diagnostic settings write with a policy's key, so keys cannot be switched off here.
    disableLocalAuth: false
  }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: eventHubs
  name: hubName
  properties: {
    partitionCount: partitionCount
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: retentionHours
    }
  }
}

resource readers 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: hub
  name: 'auditwatch'
}

// Azure Monitor asks for Manage, Send and Listen on the namespace; it is the only one who gets this policy.
resource monitorPolicy 'Microsoft.EventHub/namespaces/authorizationRules@2024-01-01' = {
  parent: eventHubs
  name: 'azure-monitor'
  properties: {
    rights: ['Listen', 'Manage', 'Send']
  }
}

resource listenPolicy 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2024-01-01' = if (empty(readerPrincipalId)) {
  parent: hub
  name: 'auditwatch-listen'
  properties: {
    rights: ['Listen']
  }
}

resource mayReceive 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(readerPrincipalId)) {
  name: guid(hub.id, readerPrincipalId, receiverRole)
  scope: hub
  properties: {
    roleDefinitionId: receiverRole
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'auditwatch'
  scope: cluster
  properties: {
    eventHubAuthorizationRuleId: monitorPolicy.id
    eventHubName: hub.name
    logs: [
      {
        category: category
        enabled: true
      }
    ]
  }
}

@description('For auditwatch.yaml: namespace, with readerPrincipalId.')
output fullyQualifiedNamespace string = '${eventHubs.name}.servicebus.windows.net'

@description('For auditwatch.yaml: hub.')
output hub string = hub.name

@description('For auditwatch.yaml: consumer_group.')
output consumerGroup string = readers.name
