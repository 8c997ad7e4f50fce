namespace AuditWatch.Events.Scanning;

/// <summary>Which key of which object is a hot field. Whole keys are compared, byte for byte, as Go's encoder writes them.</summary>
static class HotKeys
{
    /// <summary>What <see cref="Find"/> answers for a key that is not hot.</summary>
    internal const HotField None = HotField.Count;

    const ulong UserParts = 1UL << (int)HotField.UserName | 1UL << (int)HotField.UserUid | 1UL << (int)HotField.UserGroups | 1UL << (int)HotField.UserExtra;

    const ulong ImpersonatedParts = 1UL << (int)HotField.ImpersonatedUserName | 1UL << (int)HotField.ImpersonatedUserGroups
        | 1UL << (int)HotField.ImpersonatedUserExtra;

    const ulong ObjectParts = 1UL << (int)HotField.ObjectResource | 1UL << (int)HotField.ObjectNamespace | 1UL << (int)HotField.ObjectName
        | 1UL << (int)HotField.ObjectUid | 1UL << (int)HotField.ObjectApiGroup | 1UL << (int)HotField.ObjectApiVersion
        | 1UL << (int)HotField.ObjectResourceVersion | 1UL << (int)HotField.ObjectSubresource;

    const ulong ResponseParts = 1UL << (int)HotField.ResponseCode | 1UL << (int)HotField.ResponseStatusText | 1UL << (int)HotField.ResponseReason
        | 1UL << (int)HotField.ResponseMessage;

    const ulong WithParts = 1UL << (int)HotField.User | 1UL << (int)HotField.ImpersonatedUser | 1UL << (int)HotField.ObjectRef
        | 1UL << (int)HotField.ResponseStatus;

    /// <summary>The hot fields inside this one, as bits: they go when the field occurs again. Zero for a field without parts.</summary>
    internal static ulong PartsOf(HotField field) => field switch
    {
        HotField.User => UserParts,
        HotField.ImpersonatedUser => ImpersonatedParts,
        HotField.ObjectRef => ObjectParts,
        HotField.ResponseStatus => ResponseParts,
        _ => 0,
    };

    /// <summary>Whether the field is an object with hot fields inside.</summary>
    internal static bool HasParts(HotField field) => (WithParts >> (int)field & 1) != 0;

    internal static bool IsBody(HotField field) => field is HotField.RequestObject or HotField.ResponseObject;

    /// <summary>The field that this key names in the event itself (<paramref name="parent"/> is <see cref="None"/>) or in one of its hot objects.</summary>
    internal static HotField Find(HotField parent, ReadOnlySpan<byte> key) => parent switch
    {
        None => OfEvent(key),
        HotField.ObjectRef => OfObjectRef(key),
        HotField.User => OfUser(key),
        HotField.ResponseStatus => OfResponseStatus(key),
        HotField.ImpersonatedUser => OfImpersonatedUser(key),
        _ => None,
    };

    /// <summary>The key of a hot field, within its object.</summary>
    internal static string NameOf(HotField field) => field switch
    {
        HotField.Kind => "kind",
        HotField.ApiVersion or HotField.ObjectApiVersion => "apiVersion",
        HotField.Level => "level",
        HotField.AuditId => "auditID",
        HotField.Stage => "stage",
        HotField.RequestUri => "requestURI",
        HotField.Verb => "verb",
        HotField.User => "user",
        HotField.UserName or HotField.ImpersonatedUserName => "username",
        HotField.UserUid or HotField.ObjectUid => "uid",
        HotField.UserGroups or HotField.ImpersonatedUserGroups => "groups",
        HotField.UserExtra or HotField.ImpersonatedUserExtra => "extra",
        HotField.ImpersonatedUser => "impersonatedUser",
        HotField.AuthenticationMetadata => "authenticationMetadata",
        HotField.SourceIps => "sourceIPs",
        HotField.UserAgent => "userAgent",
        HotField.ObjectRef => "objectRef",
        HotField.ObjectResource => "resource",
        HotField.ObjectNamespace => "namespace",
        HotField.ObjectName => "name",
        HotField.ObjectApiGroup => "apiGroup",
        HotField.ObjectResourceVersion => "resourceVersion",
        HotField.ObjectSubresource => "subresource",
        HotField.ResponseStatus => "responseStatus",
        HotField.ResponseCode => "code",
        HotField.ResponseStatusText => "status",
        HotField.ResponseReason => "reason",
        HotField.ResponseMessage => "message",
        HotField.RequestObject => "requestObject",
        HotField.ResponseObject => "responseObject",
        HotField.RequestReceivedTimestamp => "requestReceivedTimestamp",
        HotField.StageTimestamp => "stageTimestamp",
        HotField.Annotations => "annotations",
        _ => throw new ArgumentOutOfRangeException(nameof(field)),
    };

    internal static HotField OfEvent(ReadOnlySpan<byte> key)
    {
        switch (key.Length)
        {
            case 4:
                if (key.SequenceEqual("verb"u8)) return HotField.Verb;
                if (key.SequenceEqual("user"u8)) return HotField.User;
                return key.SequenceEqual("kind"u8) ? HotField.Kind : None;
            case 5:
                if (key.SequenceEqual("level"u8)) return HotField.Level;
                return key.SequenceEqual("stage"u8) ? HotField.Stage : None;
            case 7:
                return key.SequenceEqual("auditID"u8) ? HotField.AuditId : None;
            case 9:
                if (key.SequenceEqual("objectRef"u8)) return HotField.ObjectRef;
                if (key.SequenceEqual("sourceIPs"u8)) return HotField.SourceIps;
                return key.SequenceEqual("userAgent"u8) ? HotField.UserAgent : None;
            case 10:
                if (key.SequenceEqual("requestURI"u8)) return HotField.RequestUri;
                return key.SequenceEqual("apiVersion"u8) ? HotField.ApiVersion : None;
            case 11:
                return key.SequenceEqual("annotations"u8) ? HotField.Annotations : None;
            case 13:
                return key.SequenceEqual("requestObject"u8) ? HotField.RequestObject : None;
            case 14:
                if (key.SequenceEqual("stageTimestamp"u8)) return HotField.StageTimestamp;
                if (key.SequenceEqual("responseStatus"u8)) return HotField.ResponseStatus;
                return key.SequenceEqual("responseObject"u8) ? HotField.ResponseObject : None;
            case 16:
                return key.SequenceEqual("impersonatedUser"u8) ? HotField.ImpersonatedUser : None;
            case 22:
                return key.SequenceEqual("authenticationMetadata"u8) ? HotField.AuthenticationMetadata : None;
            case 24:
                return key.SequenceEqual("requestReceivedTimestamp"u8) ? HotField.RequestReceivedTimestamp : None;
            default:
                return None;
        }
    }

    internal static HotField OfObjectRef(ReadOnlySpan<byte> key)
    {
        switch (key.Length)
        {
            case 3:
                return key.SequenceEqual("uid"u8) ? HotField.ObjectUid : None;
            case 4:
                return key.SequenceEqual("name"u8) ? HotField.ObjectName : None;
            case 8:
                if (key.SequenceEqual("resource"u8)) return HotField.ObjectResource;
                return key.SequenceEqual("apiGroup"u8) ? HotField.ObjectApiGroup : None;
            case 9:
                return key.SequenceEqual("namespace"u8) ? HotField.ObjectNamespace : None;
            case 10:
                return key.SequenceEqual("apiVersion"u8) ? HotField.ObjectApiVersion : None;
            case 11:
                return key.SequenceEqual("subresource"u8) ? HotField.ObjectSubresource : None;
            case 15:
                return key.SequenceEqual("resourceVersion"u8) ? HotField.ObjectResourceVersion : None;
            default:
                return None;
        }
    }

    internal static HotField OfUser(ReadOnlySpan<byte> key)
    {
        switch (key.Length)
        {
            case 3:
                return key.SequenceEqual("uid"u8) ? HotField.UserUid : None;
            case 5:
                return key.SequenceEqual("extra"u8) ? HotField.UserExtra : None;
            case 6:
                return key.SequenceEqual("groups"u8) ? HotField.UserGroups : None;
            case 8:
                return key.SequenceEqual("username"u8) ? HotField.UserName : None;
            default:
                return None;
        }
    }

    internal static HotField OfImpersonatedUser(ReadOnlySpan<byte> key)
    {
        switch (key.Length)
        {
            case 5:
                return key.SequenceEqual("extra"u8) ? HotField.ImpersonatedUserExtra : None;
            case 6:
                return key.SequenceEqual("groups"u8) ? HotField.ImpersonatedUserGroups : None;
            case 8:
                return key.SequenceEqual("username"u8) ? HotField.ImpersonatedUserName : None;
            default:
                return None;
        }
    }

    internal static HotField OfResponseStatus(ReadOnlySpan<byte> key)
    {
        switch (key.Length)
        {
            case 4:
                return key.SequenceEqual("code"u8) ? HotField.ResponseCode : None;
            case 6:
                if (key.SequenceEqual("status"u8)) return HotField.ResponseStatusText;
                return key.SequenceEqual("reason"u8) ? HotField.ResponseReason : None;
            case 7:
                return key.SequenceEqual("message"u8) ? HotField.ResponseMessage : None;
            default:
                return None;
        }
    }
}
