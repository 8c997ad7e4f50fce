using System.Buffers;
using System.Collections.Concurrent;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Redaction;

/// <summary>Replaces secrets in an event by marks before anything touches a disk. Safe for all threads at once.</summary>
/// <param name="key">The installation's key for keyed marks (<c>[redacted:16 hex]</c>), or empty for plain marks (<c>[redacted]</c>), as <c>scan</c> uses.</param>
/// <param name="options">What may be switched.</param>
public sealed class Redactor(ReadOnlyMemory<byte> key, RedactionOptions options)
{
    readonly ConcurrentBag<EventCleaner> _idle = [];

    internal ReadOnlyMemory<byte> Key { get; } = key;

    internal RedactionOptions Options { get; } = options;

    /// <summary>Whether the text is a mark, as it stands where a whole value was replaced.</summary>
    public static bool IsMark(ReadOnlySpan<byte> text) => Mark.Is(text);

    /// <summary>Whether a mark stands somewhere in the text.</summary>
    public static bool ContainsMark(ReadOnlySpan<byte> text) => Mark.IsIn(text);

    /// <summary>True: the event held secrets and the cleaned bytes were written to <paramref name="output"/>. False: nothing to replace, nothing written.</summary>
    public bool TryClean(ReadOnlySpan<byte> utf8, EventRanges ranges, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(output);
        if (!MayHoldSecret(utf8, ranges)) return false;
        var cleaner = Cleaner();
        var cleaned = cleaner.TryClean(utf8, ranges, output);
        _idle.Add(cleaner);
        return cleaned;
    }

    /// <summary>Cleans a record that does not parse: its bytes up to the first body (or 4 KiB), cleaned, then length and SHA-256 only.</summary>
    public byte[] CleanUnparsable(ReadOnlySpan<byte> bytes)
    {
        var cleaner = Cleaner();
        var kept = UnparsableRecord.Clean(bytes, cleaner);
        _idle.Add(cleaner);
        return kept;
    }

    /// <summary>The cheap question that every event is asked: false means that nothing in it can be a secret.</summary>
    internal bool MayHoldSecret(ReadOnlySpan<byte> utf8, EventRanges ranges) =>
        KeepsSecrets(utf8, ranges) || !(ranges.Has(HotField.ObjectRef) || ranges.Has(HotField.RequestUri)) || SecretTriggers.Found(utf8) || HidesLetters(ranges.Of(utf8, HotField.RequestUri));

    EventCleaner Cleaner() => _idle.TryTake(out var cleaner) ? cleaner : new EventCleaner(Key, Options);

    bool KeepsSecrets(ReadOnlySpan<byte> utf8, EventRanges ranges)
    {
        var resource = ranges.Of(utf8, HotField.ObjectResource);
        var keeps = resource.SequenceEqual("secrets"u8) || resource.SequenceEqual("tokenreviews"u8) || (Options.ConfigMaps && resource.SequenceEqual("configmaps"u8))
            || (resource.SequenceEqual("serviceaccounts"u8) && ranges.Of(utf8, HotField.ObjectSubresource).SequenceEqual("token"u8));
        return keeps && (ranges.Has(HotField.RequestObject) || ranges.Has(HotField.ResponseObject) || ranges.Of(utf8, HotField.Annotations).IndexOf("patch.webhook"u8) >= 0);
    }

    // "%70assword" and "%40": no client encodes letters, but one who hides may. And "authorization%3A…".
    static bool HidesLetters(ReadOnlySpan<byte> uri)
    {
        if (uri.IndexOf("uthorization%"u8) >= 0 || uri.IndexOf("from-literal"u8) >= 0) return true;
        for (var at = 0; ; at++)
        {
            var next = uri[at..].IndexOf((byte)'%');
            if (next < 0) return false;
            at += next;
            if (at + 2 >= uri.Length) return false;
            var value = JsonEscape.Hex(uri[at + 1]) << 4 | JsonEscape.Hex(uri[at + 2]);
            if (value == '@' || char.IsAsciiLetter((char)value)) return true;
        }
    }
}
