using System.Buffers;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Envelopes;

// Which envelope an object is, by its members.
public sealed partial class EventUnwrapper
{
    static readonly SearchValues<byte> s_beforeItems = SearchValues.Create(": [\r\n\t"u8), s_betweenItems = SearchValues.Create(", \r\n\t"u8), s_behindItems = SearchValues.Create("]} \r\n\t"u8);

    readonly byte[]?[] _texts = new byte[]?[DeepestEnvelope + 4];

    // The members that tell envelopes apart, as ranges of the document.
    ref struct Found
    {
        public Part Records, LambdaRecords, AwsLogs, LogEvents, MessageType, LogStream, ProtoPayload, Message, Log, LogColumn, Event, Properties, Category,
            CategoryColumn, Time, Data, Subscription, AuditIdColumn, StageColumn, Resource, Kinesis;
    }

    readonly record struct Part(int Start, int End)
    {
        public bool Is(ReadOnlySpan<byte> json, char first) => End > Start && json[Start] == first;
    }

    static Found Look(ReadOnlySpan<byte> json, int start)
    {
        var found = new Found();
        for (var members = new JsonMembers(json, start); members.Next();)
        {
            // Of what is not there to its end only a list is any use: the records before the end are.
            if (!members.IsComplete && json[members.Start] != '[') continue;
            var part = new Part(members.Start, members.End);
            switch (members.Key)
            {
                case var key when key.SequenceEqual("records"u8): found.Records = part; break;
                case var key when key.SequenceEqual("Records"u8): found.LambdaRecords = part; break;
                case var key when key.SequenceEqual("awslogs"u8): found.AwsLogs = part; break;
                case var key when key.SequenceEqual("logEvents"u8): found.LogEvents = part; break;
                case var key when key.SequenceEqual("messageType"u8): found.MessageType = part; break;
                case var key when key.SequenceEqual("logStream"u8): found.LogStream = part; break;
                case var key when key.SequenceEqual("protoPayload"u8): found.ProtoPayload = part; break;
                case var key when key.SequenceEqual("message"u8) || key.SequenceEqual("MESSAGE"u8): found.Message = part; break;
                case var key when key.SequenceEqual("log"u8): found.Log = part; break;
                case var key when key.SequenceEqual("log_s"u8): found.LogColumn = part; break;
                case var key when key.SequenceEqual("event"u8): found.Event = part; break;
                case var key when key.SequenceEqual("properties"u8): found.Properties = part; break;
                case var key when key.SequenceEqual("category"u8): found.Category = part; break;
                case var key when key.SequenceEqual("Category"u8): found.CategoryColumn = part; break;
                case var key when key.SequenceEqual("resourceId"u8) || key.SequenceEqual("operationName"u8): found.Resource = part; break;
                case var key when key.SequenceEqual("kinesis"u8): found.Kinesis = part; break;
                case var key when key.SequenceEqual("data"u8): found.Data = part; break;
                case var key when key.SequenceEqual("subscription"u8): found.Subscription = part; break;
                case var key when key.SequenceEqual("AuditId"u8): found.AuditIdColumn = part; break;
                case var key when key.SequenceEqual("Stage"u8): found.StageColumn = part; break;
                case var key when key.SequenceEqual("time"u8) || key.SequenceEqual("timestamp"u8): found.Time = part; break;
                case var key when key.SequenceEqual("@timestamp"u8) || key.SequenceEqual("TimeGenerated"u8): found.Time = part; break;
            }
        }

        return found;
    }

    // False: no envelope that we know. Lists of records are opened even when they are broken somewhere; each record is judged by itself.
    bool TryEnvelope(ReadOnlyMemory<byte> utf8, int start, bool isWhole, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        var found = Look(json, start);
        if (found.Records.Is(json, '[')) UnwrapParts(utf8, found.Records, context, sink);
        else if (found.LogEvents.Is(json, '[')) UnwrapLogEvents(utf8, found, context, sink);
        else if (!isWhole) return false;
        else if (found.LambdaRecords.Is(json, '[')) UnwrapParts(utf8, found.LambdaRecords, context with { Shape = EnvelopeShape.Eks }, sink);
        else if (found.AwsLogs.Is(json, '{')) return TryPacked(utf8, found.AwsLogs, context.In(EnvelopeShape.Eks, 0), sink);
        else if (found.ProtoPayload.Is(json, '{')) UnwrapGke(utf8, context, sink);
        else if (found.Category.Is(json, '"') && (found.Properties.Is(json, '{') || found.Resource.Is(json, '"'))) UnwrapAksRecord(utf8, found, context, sink);
        else if (found.LogColumn.Is(json, '"') || (found.CategoryColumn.Is(json, '"') && found.AuditIdColumn.Is(json, '"'))) UnwrapLogAnalytics(utf8, found, context, sink);
        else if (found.AuditIdColumn.Is(json, '"') && found.StageColumn.Is(json, '"')) UnwrapLogAnalytics(utf8, found, context, sink);
        else if (found.Message.Is(json, '{') && found.Subscription.Is(json, '"')) return TryPacked(utf8, found.Message, context.In(EnvelopeShape.Gke, 0), sink);
        else if (found.Kinesis.Is(json, '{')) return TryPacked(utf8, found.Kinesis, context.In(EnvelopeShape.Eks, 0), sink);
        else if (found.Data.Is(json, '"') && context.Depth > 0) return TryPacked(utf8, new Part(start, json.Length), context.In(EnvelopeShape.Eks, 0), sink);
        else return TryShipper(utf8, found, context, sink);
        return true;
    }

    // A message of nothing but records, as Azure sends them: they are told apart in one go. Whatever is not just that is left to the long way.
    bool TryRecords(ReadOnlyMemory<byte> utf8, int start, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        if (context.Depth > 0 || !json[start..].StartsWith("{\"records\""u8)) return false;
        var items = _items[context.Depth];
        if (!ItemSplitter.TrySplit(json, "records"u8, items, out _) || items.Count == 0 || !AreAlone(json, start, items)) return false;
        var inRecords = context with { Shape = EnvelopeShape.Aks, Depth = context.Depth + 1 };
        var counted = 0;
        foreach (var (at, length) in items)
        {
            inRecords = inRecords with { Line = inRecords.Line + json[counted..at].Count((byte)'\n') };
            counted = at;
            if (HidesAnother(json, at, at + length)) UnwrapBroken(utf8[..(at + length)], at, at, inRecords, sink);
            else UnwrapItem(utf8.Slice(at, length), inRecords, sink);
        }

        return true;
    }

    // Nothing but brackets, commas and the key around and between them.
    static bool AreAlone(ReadOnlySpan<byte> json, int start, List<(int Start, int Length)> items)
    {
        var before = json[(start + "{\"records\"".Length)..items[0].Start];
        if (before.ContainsAnyExcept(s_beforeItems) || before.Count((byte)'[') != 1) return false;
        for (var i = 1; i < items.Count; i++)
            if (json[(items[i - 1].Start + items[i - 1].Length)..items[i].Start].ContainsAnyExcept(s_betweenItems)) return false;
        return !json[(items[^1].Start + items[^1].Length)..].ContainsAnyExcept(s_behindItems);
    }

    void UnwrapParts(ReadOnlyMemory<byte> utf8, Part array, Context context, IUnwrapSink sink)
    {
        context = context with { Line = context.Line + utf8.Span[..array.Start].Count((byte)'\n'), Depth = context.Depth + 1 };
        UnwrapArray(utf8[array.Start..array.End], 0, context with { Shape = context.IsEnveloped ? context.Shape : EnvelopeShape.Aks }, sink);
    }

    // One or several documents, one after the other.
    void UnwrapStream(ReadOnlyMemory<byte> utf8, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span;
        for (var at = JsonSpans.SkipSpace(json, 0); at < json.Length; at = JsonSpans.SkipSpace(json, at))
        {
            var end = json[at] is (byte)'{' or (byte)'[' ? JsonSpans.EndOfValue(json, at, out _) : json[at..].IndexOf((byte)'\n') is var next and >= 0 ? at + next : json.Length;
            UnwrapDocument(utf8[at..end], context, sink);
            at = end;
        }
    }

    // A JSON string whose text is a document.
    void UnwrapString(ReadOnlyMemory<byte> utf8, Part part, Context context, IUnwrapSink sink)
    {
        var raw = utf8.Span[(part.Start + 1)..(part.End - 1)];
        ref var text = ref _texts[Math.Min(context.Depth, _texts.Length - 1)];
        if (text is null || text.Length < raw.Length) text = new byte[Math.Max(16 * 1024, raw.Length * 2)];
        var length = JsonText.Unescape(raw, text);
        var trimmed = text.AsSpan(0, length).TrimEnd(" \n\r\t"u8).Length;
        UnwrapDocument(text.AsMemory(0, trimmed), context, sink);
    }

    static long TimeOf(ReadOnlySpan<byte> json, Part part) => part.Is(json, '"') && Rfc3339.TryRead(json[(part.Start + 1)..(part.End - 1)], out var micros) ? micros : 0;

    static string TextOf(ReadOnlySpan<byte> json, Part part)
    {
        var raw = json[(part.Start + 1)..(part.End - 1)];
        var plain = new byte[raw.Length];
        return System.Text.Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw, plain));
    }

    // Cut by a provider: inside an envelope, or where the text says so itself.
    bool TrySalvage(ReadOnlyMemory<byte> utf8, ScanError error, Context context, IUnwrapSink sink)
    {
        if (!CutEvent.SaysSo(utf8.Span) && !(context.IsEnveloped && error.Fault is ScanFault.UnexpectedEnd or ScanFault.BadUtf8)) return false;
        var json = new ArrayBufferWriter<byte>(utf8.Length + 96);
        if (!CutEvent.TrySalvage(utf8.Span, context.TimeMicros, json) || !EventScanner.TryScan(json.WrittenSpan, _ranges, out _) || !IsEvent) return false;
        Deliver(json.WrittenMemory, context, isCut: true, sink);
        return true;
    }
}
