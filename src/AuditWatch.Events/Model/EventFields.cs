using System.Collections.Frozen;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

/// <summary>The members of an audit.k8s.io/v1 Event by path: the scanned field each begins at, and which of them a path may go on into.</summary>
static class EventFields
{
    public static readonly FrozenDictionary<string, (HotField Root, bool HasInside)> ByPath = new Dictionary<string, (HotField, bool)>(StringComparer.Ordinal)
    {
        ["kind"] = (HotField.Kind, false),
        ["apiVersion"] = (HotField.ApiVersion, false),
        ["level"] = (HotField.Level, false),
        ["auditID"] = (HotField.AuditId, false),
        ["stage"] = (HotField.Stage, false),
        ["requestURI"] = (HotField.RequestUri, false),
        ["verb"] = (HotField.Verb, false),
        ["user"] = (HotField.User, false),
        ["user.username"] = (HotField.UserName, false),
        ["user.uid"] = (HotField.UserUid, false),
        ["user.groups"] = (HotField.UserGroups, false),
        ["user.extra"] = (HotField.UserExtra, true),
        ["impersonatedUser"] = (HotField.ImpersonatedUser, false),
        ["impersonatedUser.username"] = (HotField.ImpersonatedUserName, false),
        ["impersonatedUser.groups"] = (HotField.ImpersonatedUserGroups, false),
        ["impersonatedUser.extra"] = (HotField.ImpersonatedUserExtra, true),
        ["authenticationMetadata"] = (HotField.AuthenticationMetadata, true),
        ["sourceIPs"] = (HotField.SourceIps, false),
        ["userAgent"] = (HotField.UserAgent, false),
        ["objectRef"] = (HotField.ObjectRef, false),
        ["objectRef.resource"] = (HotField.ObjectResource, false),
        ["objectRef.namespace"] = (HotField.ObjectNamespace, false),
        ["objectRef.name"] = (HotField.ObjectName, false),
        ["objectRef.uid"] = (HotField.ObjectUid, false),
        ["objectRef.apiGroup"] = (HotField.ObjectApiGroup, false),
        ["objectRef.apiVersion"] = (HotField.ObjectApiVersion, false),
        ["objectRef.resourceVersion"] = (HotField.ObjectResourceVersion, false),
        ["objectRef.subresource"] = (HotField.ObjectSubresource, false),
        ["responseStatus"] = (HotField.ResponseStatus, false),
        ["responseStatus.code"] = (HotField.ResponseCode, false),
        ["responseStatus.status"] = (HotField.ResponseStatusText, false),
        ["responseStatus.reason"] = (HotField.ResponseReason, false),
        ["responseStatus.message"] = (HotField.ResponseMessage, false),
        ["requestObject"] = (HotField.RequestObject, true),
        ["responseObject"] = (HotField.ResponseObject, true),
        ["requestReceivedTimestamp"] = (HotField.RequestReceivedTimestamp, false),
        ["stageTimestamp"] = (HotField.StageTimestamp, false),
        ["annotations"] = (HotField.Annotations, true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Members that the scanner does not report by themselves, below a root that it does.</summary>
    public static readonly FrozenDictionary<string, (HotField Root, string Below, bool HasInside)> Below = new Dictionary<string, (HotField, string, bool)>(StringComparer.Ordinal)
    {
        ["impersonatedUser.uid"] = (HotField.ImpersonatedUser, "uid", false),
        ["responseStatus.metadata"] = (HotField.ResponseStatus, "metadata", true),
        ["responseStatus.details"] = (HotField.ResponseStatus, "details", true),
        ["responseStatus.kind"] = (HotField.ResponseStatus, "kind", false),
        ["responseStatus.apiVersion"] = (HotField.ResponseStatus, "apiVersion", false),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
