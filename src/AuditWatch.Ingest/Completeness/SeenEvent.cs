using System.IO.Hashing;
using System.Text;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Completeness;

/// <summary>What completeness wants of an event.</summary>
readonly ref struct SeenEvent
{
    readonly ReadOnlySpan<byte> _json;
    readonly EventRanges _ranges;

    SeenEvent(ReadOnlySpan<byte> json, EventRanges ranges)
    {
        _json = json;
        _ranges = ranges;
    }

    public int Level => _ranges.Of(_json, HotField.Level) switch
    {
        [(byte)'M', ..] => (int)AuditLevel.Metadata,
        { Length: 7 } => (int)AuditLevel.Request,
        { Length: 15 } => (int)AuditLevel.RequestResponse,
        _ => (int)AuditLevel.Unknown,
    };

    public int Stage => _ranges.Of(_json, HotField.Stage) switch
    {
        [(byte)'R', (byte)'e', (byte)'q', ..] => (int)AuditStage.RequestReceived,
        { Length: 15 } => (int)AuditStage.ResponseStarted,
        { Length: 16 } => (int)AuditStage.ResponseComplete,
        [(byte)'P', ..] => (int)AuditStage.Panic,
        _ => (int)AuditStage.Unknown,
    };

    public long TimeMicros => MicroTime.Parse(_ranges.Of(_json, HotField.StageTimestamp)) is var stage and not 0 ? stage : MicroTime.Parse(_ranges.Of(_json, HotField.RequestReceivedTimestamp));

    /// <summary>Kubernetes left its bodies out because it was too large.</summary>
    public bool IsTruncated => _ranges.Of(_json, HotField.Annotations).IndexOf("\"audit.k8s.io/truncated\""u8) >= 0;

    /// <summary>It was cut on its way.</summary>
    public bool IsCut => _json[Math.Max(0, _json.Length - 96)..].IndexOf("\"auditwatch.io/origin\":{\"cut\":true"u8) >= 0;

    /// <summary>What the policy decides its level by, as far as it is not about who: verb and resource; 0 for requests without one.</summary>
    public ulong Kind
    {
        get
        {
            if (!_ranges.Has(HotField.ObjectResource)) return 0;
            var hash = (long)XxHash3.HashToUInt64(_ranges.Of(_json, HotField.Verb));
            hash = (long)XxHash3.HashToUInt64(_ranges.Of(_json, HotField.ObjectApiGroup), hash);
            hash = (long)XxHash3.HashToUInt64(_ranges.Of(_json, HotField.ObjectSubresource), hash);
            return XxHash3.HashToUInt64(_ranges.Of(_json, HotField.ObjectResource), hash);
        }
    }

    /// <summary>Its kind in words: <c>create apps/deployments</c>, <c>get pods/exec</c>.</summary>
    public string KindText()
    {
        var group = Text(HotField.ObjectApiGroup);
        var sub = Text(HotField.ObjectSubresource);
        var text = $"{Text(HotField.Verb)} {(group.Length > 0 ? group + "/" : "")}{Text(HotField.ObjectResource)}{(sub.Length > 0 ? "/" + sub : "")}";
        return Pipeline.ApiServerName.Clean(text);
    }

    public bool HasUserAgent(ReadOnlySpan<byte> beginning) => _ranges.Of(_json, HotField.UserAgent).StartsWith(beginning);

    public static bool TryRead(ReadOnlySpan<byte> json, EventRanges ranges, out SeenEvent seen)
    {
        seen = new SeenEvent(json, ranges);
        return EventScanner.TryScan(json, ranges, out _);
    }

    string Text(HotField field)
    {
        var raw = _ranges.Of(_json, field);
        return Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 100)]);
    }
}
