using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Why something is not there: because it was not (absent), or because the log does not carry it (unknown). The matrix of audit level, stage and field.
public sealed partial class AuditEvent
{
    // The order in which Kubernetes writes an event's members. In a cut event, what comes before a member that survived did not exist.
    static ReadOnlySpan<HotField> Order =>
    [
        HotField.Kind, HotField.ApiVersion, HotField.Level, HotField.AuditId, HotField.Stage, HotField.RequestUri, HotField.Verb, HotField.User,
        HotField.ImpersonatedUser, HotField.AuthenticationMetadata, HotField.SourceIps, HotField.UserAgent, HotField.ObjectRef, HotField.ResponseStatus,
        HotField.RequestObject, HotField.ResponseObject, HotField.RequestReceivedTimestamp, HotField.StageTimestamp, HotField.Annotations,
    ];

    // A provider replaced the body by a word because it was too big.
    UnknownReason Withheld(HotField root) =>
        root is HotField.RequestObject or HotField.ResponseObject && _ranges.IsString(root) && Plain(root).SequenceEqual("skipped-too-big-size-object"u8)
            ? UnknownReason.Truncated : UnknownReason.None;

    FieldAnswer WhyMissing(HotField root, scoped ReadOnlySpan<byte> key)
    {
        var top = Top(root);
        if (_isOfGke && (GkeLacks(root) || (root is HotField.ResponseMessage or HotField.ResponseReason && ResponseCode >= 400))) return FieldAnswer.Unknown(UnknownReason.LevelTooLow);
        if (_ranges.Has(top) && top is not (HotField.Annotations or HotField.RequestObject or HotField.ResponseObject)) return FieldAnswer.Absent;
        var why = top switch
        {
            HotField.RequestObject => WhyNoRequestObject(),
            HotField.ResponseObject => WhyNoResponseObject(),
            HotField.Annotations => WhyNoAnnotation(key),
            HotField.ImpersonatedUser or HotField.AuthenticationMetadata or HotField.ResponseStatus when Stage == AuditStage.RequestReceived => UnknownReason.StageNotSeen,
            _ => UnknownReason.None,
        };
        if (why == UnknownReason.None && (_ranges.Has(top) ? Beyond(top) != UnknownReason.None : MayBeMissing(top))) why = UnknownReason.Truncated;
        return why == UnknownReason.None ? FieldAnswer.Absent : FieldAnswer.Unknown(why);
    }

    // What a log entry of Google has no place for. The message of a refusal is there on some clusters; its reason never is.
    static bool GkeLacks(HotField field) => field is HotField.UserUid or HotField.UserGroups or HotField.UserExtra or HotField.ImpersonatedUserGroups or HotField.ImpersonatedUserExtra
        or HotField.AuthenticationMetadata or HotField.ObjectUid or HotField.ObjectResourceVersion or HotField.RequestReceivedTimestamp or HotField.StageTimestamp;

    static HotField Top(HotField field) => field switch
    {
        HotField.UserName or HotField.UserUid or HotField.UserGroups or HotField.UserExtra => HotField.User,
        HotField.ImpersonatedUserName or HotField.ImpersonatedUserGroups or HotField.ImpersonatedUserExtra => HotField.ImpersonatedUser,
        >= HotField.ObjectResource and <= HotField.ObjectSubresource => HotField.ObjectRef,
        >= HotField.ResponseCode and <= HotField.ResponseMessage => HotField.ResponseStatus,
        _ => field,
    };

    bool MayHaveBeenCut(HotField top)
    {
        // Only when the members that survived stand in that order can anything be said of the rest.
        int last = -1, position = -1;
        for (var i = 0; i < Order.Length; i++)
        {
            if (!_ranges.Has(Order[i])) continue;
            if (_ranges.Start(Order[i]) < position) return true;
            position = _ranges.Start(Order[i]);
            last = i;
        }

        return Order.IndexOf(top) > last;
    }

    UnknownReason WhyNoRequestObject()
    {
        if (_ranges.Has(HotField.RequestObject) || !CarriesRequestBody(out var always)) return UnknownReason.None;
        if (Level is AuditLevel.Metadata or AuditLevel.Unknown) return UnknownReason.LevelTooLow;
        if (MayBeMissing(HotField.RequestObject)) return UnknownReason.Truncated;
        if (Stage is AuditStage.RequestReceived or AuditStage.Panic) return UnknownReason.StageNotSeen;
        if (!always) return UnknownReason.None;
        return WasRefusedBeforeReading() ? UnknownReason.None : UnknownReason.Truncated;
    }

    // Requests that are not about a resource, reads, and connections (exec, port-forward, proxy) have no recorded body at any level.
    bool CarriesRequestBody(out bool always)
    {
        always = false;
        if (!_ranges.Has(HotField.ObjectRef) && !MayBeMissing(HotField.ObjectRef)) return false;
        if (IsConnection || IsVerb("get"u8) || IsVerb("list"u8) || IsVerb("watch"u8)) return false;
        always = IsVerb("create"u8) || IsVerb("update"u8) || IsVerb("patch"u8);
        return true;
    }

    bool MayBeMissing(HotField top) => _origin.IsCut && MayHaveBeenCut(top);

    // Of the member in which an event was cut only the beginning is left.
    UnknownReason Beyond(HotField root)
    {
        if (!_origin.IsCut || root is not (HotField.RequestObject or HotField.ResponseObject or HotField.Annotations)) return UnknownReason.None;
        foreach (var field in Order)
            if (_ranges.Has(field) && _ranges.Start(field) > _ranges.Start(root)) return UnknownReason.None;
        return UnknownReason.Truncated;
    }

    bool IsConnection => Plain(HotField.ObjectSubresource) is var sub
        && (sub.SequenceEqual("exec"u8) || sub.SequenceEqual("attach"u8) || sub.SequenceEqual("portforward"u8) || sub.SequenceEqual("proxy"u8));

    // Refused by authentication, flow control or authorization, or with a body that could not be read: the API server never had an object to record.
    bool WasRefusedBeforeReading() => ResponseCode >= 400 && !_ranges.Has(HotField.RequestObject) && !IsMarkedTruncated;

    bool IsMarkedTruncated => (Hints & EventHints.Truncated) != 0 && Annotation("audit.k8s.io/truncated") == "true";

    UnknownReason WhyNoResponseObject()
    {
        if (_ranges.Has(HotField.ResponseObject)) return UnknownReason.None;
        if (IsVerb("watch"u8)) return UnknownReason.None;
        // A connection or a log that came about is a stream, not an object; one that failed has a Status.
        if ((IsConnection || Plain(HotField.ObjectSubresource).SequenceEqual("log"u8)) && ResponseCode is > 0 and < 400) return UnknownReason.None;
        if (Level != AuditLevel.RequestResponse) return UnknownReason.LevelTooLow;
        if (MayBeMissing(HotField.ResponseObject)) return UnknownReason.Truncated;
        if (Stage is AuditStage.RequestReceived or AuditStage.ResponseStarted) return UnknownReason.StageNotSeen;
        return IsMarkedTruncated ? UnknownReason.Truncated : UnknownReason.None;
    }

    UnknownReason WhyNoAnnotation(scoped ReadOnlySpan<byte> key)
    {
        if (key.StartsWith("patch.webhook.admission.k8s.io/"u8) && Level == AuditLevel.Metadata) return UnknownReason.LevelTooLow;
        // Authentication writes its annotations first; everything else comes after the request was received.
        if (Stage == AuditStage.RequestReceived) return key.StartsWith("authentication.k8s.io/"u8) ? UnknownReason.None : UnknownReason.StageNotSeen;
        return Stage == AuditStage.ResponseStarted && key.StartsWith("apiserver.latency.k8s.io/"u8) ? UnknownReason.StageNotSeen : UnknownReason.None;
    }
}
