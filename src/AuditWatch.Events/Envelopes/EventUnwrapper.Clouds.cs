using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

// AKS, EKS and GKE.
public sealed partial class EventUnwrapper
{
    const int LongestApiServer = 512;
    static readonly JsonDocumentOptions Opening = new() { MaxDepth = 128 };

    byte[] _apiServerRaw = [];
    string? _apiServer;

    // A record that scans: what it is, is told by its members, without the questions that an unknown document is asked.
    bool TryAksRecord(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        if (json[0] != '{' || context.Depth > DeepestEnvelope) return false;
        var found = Look(json, 0);
        if (!found.Category.Is(json, '"') || !found.Properties.Is(json, '{') || found.Records.End > 0 || found.LogEvents.End > 0 || found.LambdaRecords.End > 0 || found.AwsLogs.End > 0 || found.ProtoPayload.End > 0) return false;
        UnwrapAksRecord(utf8, found, context, sink);
        return true;
    }

    void UnwrapAksRecord(ReadOnlyMemory<byte> utf8, in Found found, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        context = context.In(EnvelopeShape.Aks, TimeOf(json, found.Time));
        if (IsDroppedAksCategory(json, found.Category, sink)) return;
        if (!found.Properties.Is(json, '{') || !JsonMembers.TryFind(json, found.Properties.Start, "log"u8, out var start, out var end))
        {
            Bad("not-an-audit-event", "The AKS record has no properties.log.", utf8, context, sink);
            return;
        }

        UnwrapValue(utf8, new Part(start, end), context with { ApiServer = ApiServerIn(json, found.Properties.Start, "pod"u8) }, sink);
    }

    // Records of one API server mostly follow each other: its name is made once.
    string? ApiServerIn(ReadOnlySpan<byte> json, int start, ReadOnlySpan<byte> member) =>
        JsonMembers.TryFind(json, start, member, out var from, out var to) && json[from] == '"' ? ApiServerOf(json, new Part(from, to)) : null;

    string? ApiServerOf(ReadOnlySpan<byte> json, Part name)
    {
        var raw = json[(name.Start + 1)..(name.End - 1)];
        if (raw.Length is 0 or > LongestApiServer) return null;
        if (!raw.SequenceEqual(_apiServerRaw)) (_apiServerRaw, _apiServer) = (raw.ToArray(), TextOf(json, name));
        return _apiServer;
    }

    static bool IsDroppedAksCategory(ReadOnlySpan<byte> json, Part category, IUnwrapSink sink)
    {
        var name = json[(category.Start + 1)..(category.End - 1)];
        if (name.SequenceEqual("kube-audit"u8) || name.SequenceEqual("kube-audit-admin"u8)) return false;
        sink.OnDropped(TextOf(json, category));
        return true;
    }

    void UnwrapValue(ReadOnlyMemory<byte> utf8, Part part, Context context, IUnwrapSink sink)
    {
        if (part.Is(utf8.Span, '"')) UnwrapString(utf8, part, context, sink);
        else UnwrapDocument(utf8[part.Start..part.End], context, sink);
    }

    // AzureDiagnostics rows carry the event as text in log_s; resource-specific tables have a column for each of its members.
    void UnwrapLogAnalytics(ReadOnlyMemory<byte> utf8, in Found found, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        context = context.In(EnvelopeShape.Aks, TimeOf(json, found.Time));
        if (found.CategoryColumn.Is(json, '"') && IsDroppedAksCategory(json, found.CategoryColumn, sink)) return;
        var row = JsonSpans.SkipSpace(json, 0);
        context = context with { ApiServer = ApiServerIn(json, row, "pod_s"u8) ?? ApiServerIn(json, row, "PodName"u8) };
        if (found.LogColumn.Is(json, '"')) UnwrapString(utf8, found.LogColumn, context, sink);
        else Convert(utf8, context, LogAnalyticsRow.TryConvert, sink);
    }

    void UnwrapLogEvents(ReadOnlyMemory<byte> utf8, in Found found, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        if (found.MessageType.Is(json, '"') && json[found.MessageType.Start..found.MessageType.End].SequenceEqual("\"CONTROL_MESSAGE\""u8))
        {
            sink.OnDropped("CONTROL_MESSAGE");
            return;
        }

        // The other streams of a control plane: kube-apiserver-<hex>, authenticator-<hex>, …
        var isOther = found.LogStream.Is(json, '"') && !json[(found.LogStream.Start + 1)..found.LogStream.End].StartsWith("kube-apiserver-audit"u8)
            && IsOtherStream(json[(found.LogStream.Start + 1)..found.LogStream.End]);
        context = context.In(EnvelopeShape.Eks, 0) with { ApiServer = found.LogStream.Is(json, '"') ? ApiServerOf(json, found.LogStream) : null };
        var at = found.LogEvents.Start + 1;
        var counted = 0;
        var bad = _bad;
        while ((at = JsonSpans.SkipSpace(json, at)) < json.Length && json[at] != ']')
        {
            if (json[at] == ',') { at++; continue; }
            var end = JsonSpans.EndOfValue(json, at, out _);
            if (end == at) end = at + 1;
            context = context with { Line = context.Line + json[counted..at].Count((byte)'\n') };
            counted = at;
            if (isOther) sink.OnDropped(StreamName(json, found.LogStream));
            else UnwrapLogEvent(utf8[at..end], context, sink);
            at = end;
        }

        if (at >= json.Length && bad == _bad) Bad("malformed-json", "The list of log events has no end.", utf8, context, sink, json.Length);
    }

    static bool IsOtherStream(ReadOnlySpan<byte> stream) =>
        stream.StartsWith("kube-apiserver-"u8) || stream.StartsWith("authenticator-"u8) || stream.StartsWith("kube-controller-manager-"u8)
        || stream.StartsWith("kube-scheduler-"u8) || stream.StartsWith("cloud-controller-manager-"u8);

    static string StreamName(ReadOnlySpan<byte> json, Part stream)
    {
        var name = TextOf(json, stream);
        var dash = name.LastIndexOf('-');
        return dash > 0 ? name[..dash] : name;
    }

    void UnwrapLogEvent(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        if (!EventScanner.TryScan(json, _ranges, out var error))
        {
            Bad("malformed-json", $"The log event is not valid JSON: {error.Fault} at byte {error.Offset}.", utf8, context, sink, error.Offset);
            return;
        }

        if (!JsonMembers.TryFind(json, 0, "message"u8, out var start, out var end))
        {
            Bad("not-an-audit-event", "The log event has no message.", utf8, context, sink);
            return;
        }

        if (JsonMembers.TryFind(json, 0, "timestamp"u8, out var time, out var timeEnd)
            && Utf8Parser.TryParse(json[time..timeEnd], out long millis, out _) && millis is > 0 and < long.MaxValue / 1000)
            context = context with { TimeMicros = millis * 1000 };
        UnwrapValue(utf8, new Part(start, end), context, sink);
    }

    void UnwrapGke(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink) => Convert(utf8, context.In(EnvelopeShape.Gke, 0), GkeLogEntry.TryConvert, sink);

    delegate Conversion Converter(JsonElement record, IBufferWriter<byte> json, out long timeMicros, out string detail);

    void Convert(ReadOnlyMemory<byte> utf8, Context context, Converter convert, IUnwrapSink sink)
    {
        try
        {
            using var document = JsonDocument.Parse(LoneSurrogates.Replaced(utf8), Opening);
            var json = new ArrayBufferWriter<byte>(utf8.Length);
            var conversion = convert(document.RootElement, json, out var time, out var detail);
            if (conversion == Conversion.OtherService) sink.OnDropped(detail);
            else if (conversion == Conversion.Done && EventScanner.TryScan(json.WrittenSpan, _ranges, out _) && IsEvent)
                Deliver(json.WrittenMemory, context with { TimeMicros = time != 0 ? time : context.TimeMicros }, isCut: false, sink);
            else Bad("not-an-audit-event", detail, utf8, context, sink);
        }
        catch (JsonException fault)
        {
            Bad("malformed-json", "The record is not valid JSON.", utf8, context, sink, fault.BytePositionInLine ?? -1);
        }
    }
}

enum Conversion
{
    Done,
    NoEvent,
    OtherService,
}
