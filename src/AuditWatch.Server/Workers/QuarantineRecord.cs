using System.Text.Json;

namespace AuditWatch.Server.Workers;

/// <summary>What the journal's quarantine record says of itself (docs/journal.md).</summary>
sealed record QuarantineRecord(string Reason, long Bytes)
{
    public static QuarantineRecord? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8);
            return new QuarantineRecord(json.RootElement.GetProperty("reason").GetString() ?? "", json.RootElement.GetProperty("bytes").GetInt64());
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
