using System.Buffers;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Redaction;

/// <summary>Replaces secrets in an event by marks before anything touches a disk.</summary>
/// <param name="key">The installation's key for keyed marks (<c>[redacted:16 hex]</c>), or empty for plain marks (<c>[redacted]</c>), as <c>scan</c> uses.</param>
/// <param name="options">What may be switched.</param>
public sealed class Redactor(ReadOnlyMemory<byte> key, RedactionOptions options)
{
    internal ReadOnlyMemory<byte> Key { get; } = key;

    internal RedactionOptions Options { get; } = options;

    /// <summary>True: the event held secrets and the cleaned bytes were written to <paramref name="output"/>. False: nothing to replace, nothing written.</summary>
    public bool TryClean(ReadOnlySpan<byte> utf8, EventRanges ranges, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>Cleans a record that does not parse: its bytes up to the first body (or 4 KiB), cleaned, then length and SHA-256 only.</summary>
    public byte[] CleanUnparsable(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}

/// <summary>What of redaction a site may switch.</summary>
public sealed record RedactionOptions
{
    /// <summary>Whether ConfigMap values that look like credentials are replaced. Default true.</summary>
    public bool ConfigMaps { get; init; } = true;
}
