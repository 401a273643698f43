/// Messages of apps, autoscaling, coordination.k8s.io, discovery.k8s.io, events.k8s.io and policy, each in v1
/// (k8s.io/api, generated.proto of each).
extension FieldTable {
  static let groups = """
    ControllerRevision metadata:1:ObjectMeta data:2:Raw revision:3:int64
    Deployment metadata:1:ObjectMeta spec:2:DeploymentSpec status:3:DeploymentStatus
    DeploymentCondition type:1:string status:2:string lastUpdateTime:6:Time lastTransitionTime:7:Time reason:4:string
      message:5:string
    DeploymentSpec replicas:1:int32 selector:2:LabelSelector template:3:PodTemplateSpec strategy:4:DeploymentStrategy
      minReadySeconds:5:int32 revisionHistoryLimit:6:int32 paused:7:bool progressDeadlineSeconds:9:int32
    DeploymentStatus observedGeneration:1:int64 replicas:2:int32 updatedReplicas:3:int32 readyReplicas:7:int32
      availableReplicas:4:int32 unavailableReplicas:5:int32 terminatingReplicas:9:int32 conditions:6:[DeploymentCondition]
      collisionCount:8:int32
    DeploymentStrategy type:1:string rollingUpdate:2:RollingUpdateDeployment
    ReplicaSet metadata:1:ObjectMeta spec:2:ReplicaSetSpec status:3:ReplicaSetStatus
    ReplicaSetCondition type:1:string status:2:string lastTransitionTime:3:Time reason:4:string message:5:string
    ReplicaSetSpec replicas:1:int32 minReadySeconds:4:int32 selector:2:LabelSelector template:3:PodTemplateSpec
    ReplicaSetStatus replicas:1:int32 fullyLabeledReplicas:2:int32 readyReplicas:4:int32 availableReplicas:5:int32
      terminatingReplicas:7:int32 observedGeneration:3:int64 conditions:6:[ReplicaSetCondition]
    RollingUpdateDeployment maxUnavailable:1:IntOrString maxSurge:2:IntOrString
    RollingUpdateStatefulSetStrategy partition:1:int32 maxUnavailable:2:IntOrString
    StatefulSet metadata:1:ObjectMeta spec:2:StatefulSetSpec status:3:StatefulSetStatus
    StatefulSetCondition type:1:string status:2:string lastTransitionTime:3:Time reason:4:string message:5:string
    StatefulSetOrdinals start:1:int32
    StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:1:string whenScaled:2:string
    StatefulSetSpec replicas:1:int32 selector:2:LabelSelector template:3:PodTemplateSpec
      volumeClaimTemplates:4:[PersistentVolumeClaim] serviceName:5:string podManagementPolicy:6:string
      updateStrategy:7:StatefulSetUpdateStrategy revisionHistoryLimit:8:int32 minReadySeconds:9:int32
      persistentVolumeClaimRetentionPolicy:10:StatefulSetPersistentVolumeClaimRetentionPolicy ordinals:11:StatefulSetOrdinals
    StatefulSetStatus observedGeneration:1:int64 replicas:2:int32 readyReplicas:3:int32 currentReplicas:4:int32
      updatedReplicas:5:int32 currentRevision:6:string updateRevision:7:string collisionCount:9:int32
      conditions:10:[StatefulSetCondition] availableReplicas:11:int32
    StatefulSetUpdateStrategy type:1:string rollingUpdate:2:RollingUpdateStatefulSetStrategy
    Endpoint addresses:1:[string] conditions:2:EndpointConditions hostname:3:string targetRef:4:ObjectReference
      deprecatedTopology:5:{string} nodeName:6:string zone:7:string hints:8:EndpointHints
    EndpointConditions ready:1:bool serving:2:bool terminating:3:bool
    EndpointHints forZones:1:[ForZone] forNodes:2:[ForNode]
    EndpointPort name:1:string protocol:2:string port:3:int32 appProtocol:4:string
    EndpointSlice metadata:1:ObjectMeta addressType:4:string endpoints:2:[Endpoint] ports:3:[EndpointPort]
    Eviction metadata:1:ObjectMeta deleteOptions:2:DeleteOptions
    ForNode name:1:string
    ForZone name:1:string
    Lease metadata:1:ObjectMeta spec:2:LeaseSpec
    LeaseSpec holderIdentity:1:string leaseDurationSeconds:2:int32 acquireTime:3:MicroTime renewTime:4:MicroTime
      leaseTransitions:5:int32 strategy:6:string preferredHolder:7:string
    PodDisruptionBudget metadata:1:ObjectMeta spec:2:PodDisruptionBudgetSpec status:3:PodDisruptionBudgetStatus
    PodDisruptionBudgetSpec minAvailable:1:IntOrString selector:2:LabelSelector maxUnavailable:3:IntOrString
      unhealthyPodEvictionPolicy:4:string
    PodDisruptionBudgetStatus observedGeneration:1:int64 disruptedPods:2:{Time} disruptionsAllowed:3:int32 currentHealthy:4:int32
      desiredHealthy:5:int32 expectedPods:6:int32 conditions:7:[Condition]
    Scale metadata:1:ObjectMeta spec:2:ScaleSpec status:3:ScaleStatus
    ScaleSpec replicas:1:int32
    ScaleStatus replicas:1:int32 selector:2:string
    events.Event metadata:1:ObjectMeta eventTime:2:MicroTime series:3:events.EventSeries reportingController:4:string
      reportingInstance:5:string action:6:string reason:7:string regarding:8:ObjectReference related:9:ObjectReference
      note:10:string type:11:string deprecatedSource:12:EventSource deprecatedFirstTimestamp:13:Time deprecatedLastTimestamp:14:Time
      deprecatedCount:15:int32
    events.EventSeries count:1:int32 lastObservedTime:2:MicroTime
    """
}
