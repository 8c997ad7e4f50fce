namespace AuditWatch.Events.Scanning;

/// <summary>The parts of an audit.k8s.io/v1 Event whose byte ranges the scanner reports. Names as in the Event's JSON.</summary>
public enum HotField : byte
{
    /// <summary><c>kind</c></summary>
    Kind,
    /// <summary><c>apiVersion</c></summary>
    ApiVersion,
    /// <summary><c>level</c></summary>
    Level,
    /// <summary><c>auditID</c>, chosen by the client</summary>
    AuditId,
    /// <summary><c>stage</c></summary>
    Stage,
    /// <summary><c>requestURI</c></summary>
    RequestUri,
    /// <summary><c>verb</c></summary>
    Verb,
    /// <summary><c>user</c>, the whole object</summary>
    User,
    /// <summary><c>user.username</c></summary>
    UserName,
    /// <summary><c>user.uid</c></summary>
    UserUid,
    /// <summary><c>user.groups</c>, the array</summary>
    UserGroups,
    /// <summary><c>user.extra</c>, the object</summary>
    UserExtra,
    /// <summary><c>impersonatedUser</c>, the object</summary>
    ImpersonatedUser,
    /// <summary><c>impersonatedUser.username</c></summary>
    ImpersonatedUserName,
    /// <summary><c>impersonatedUser.groups</c>, the array</summary>
    ImpersonatedUserGroups,
    /// <summary><c>impersonatedUser.extra</c>, the object</summary>
    ImpersonatedUserExtra,
    /// <summary><c>authenticationMetadata</c>, the object</summary>
    AuthenticationMetadata,
    /// <summary><c>sourceIPs</c>, the array</summary>
    SourceIps,
    /// <summary><c>userAgent</c></summary>
    UserAgent,
    /// <summary><c>objectRef</c>, the object</summary>
    ObjectRef,
    /// <summary><c>objectRef.resource</c></summary>
    ObjectResource,
    /// <summary><c>objectRef.namespace</c></summary>
    ObjectNamespace,
    /// <summary><c>objectRef.name</c></summary>
    ObjectName,
    /// <summary><c>objectRef.uid</c></summary>
    ObjectUid,
    /// <summary><c>objectRef.apiGroup</c></summary>
    ObjectApiGroup,
    /// <summary><c>objectRef.apiVersion</c></summary>
    ObjectApiVersion,
    /// <summary><c>objectRef.resourceVersion</c></summary>
    ObjectResourceVersion,
    /// <summary><c>objectRef.subresource</c></summary>
    ObjectSubresource,
    /// <summary><c>responseStatus</c>, the object</summary>
    ResponseStatus,
    /// <summary><c>responseStatus.code</c></summary>
    ResponseCode,
    /// <summary><c>responseStatus.status</c></summary>
    ResponseStatusText,
    /// <summary><c>responseStatus.reason</c></summary>
    ResponseReason,
    /// <summary><c>responseStatus.message</c></summary>
    ResponseMessage,
    /// <summary><c>requestObject</c>, any JSON, not validated until opened</summary>
    RequestObject,
    /// <summary><c>responseObject</c>, any JSON, not validated until opened</summary>
    ResponseObject,
    /// <summary><c>requestReceivedTimestamp</c></summary>
    RequestReceivedTimestamp,
    /// <summary><c>stageTimestamp</c></summary>
    StageTimestamp,
    /// <summary><c>annotations</c>, the object</summary>
    Annotations,
    /// <summary>How many there are.</summary>
    Count,
}
