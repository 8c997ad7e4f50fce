using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// A record that could not be taken as an event, as quarantine keeps it: why, where from, and its cleaned text. Its id is a hash of where it stood and what it
/// was, so that a client that sends a batch again adds nothing, and two equal bad records of one batch stay two.
/// </summary>
internal sealed record QuarantineNote(string Cluster, string Source, string SourcePosition, string Reason, string Detail, long Line, long Offset, int Ordinal)
{
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the record as received.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Its text, after redaction.</summary>
    public required byte[] Text { get; init; }

    public EventId Id()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        foreach (var text in (ReadOnlySpan<string>)[Cluster, Source, SourcePosition, Reason])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt64BigEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }
        foreach (var value in (ReadOnlySpan<long>)[Line, Ordinal])
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            hash.AppendData(number);
        }
        hash.AppendData(Hash);
        return new EventId(BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset()));
    }

    public byte[] ToJson(EventId id, DateTimeOffset received)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + Text.Length);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id.ToString().AsSpan(0, 16));
            json.WriteString("reason", Reason);
            json.WriteString("detail", Detail);
            json.WriteString("source", Source);
            json.WriteString("cluster", Cluster);
            json.WriteString("received", MicroTime.Format(MicroTime.Of(received)));
            json.WriteNumber("bytes", Bytes);
            json.WriteString("sha256", Convert.ToHexStringLower(Hash));
            if (SourcePosition.Length > 0) json.WriteString("position", SourcePosition);
            json.WriteNumber("line", Line);
            if (Offset >= 0) json.WriteNumber("offset", Offset);
            // What is no UTF-8 becomes U+FFFD here; the hash is of the bytes as they came.
            json.WriteString("text", Encoding.UTF8.GetString(Text));
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
