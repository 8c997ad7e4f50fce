using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>Two contents for one stage; whether they are one JSON value written in two ways is told by reading the first back. Rare, so it may cost something.</summary>
internal sealed record Conflict(EventId First, EventPosition Before, EventId Second, byte[] Json)
{
    const int MostFrames = 256;

    public async Task<bool> IsSameJsonAsync(IJournal journal, string cluster, CancellationToken stop)
    {
        var frames = 0;
        await foreach (var frame in journal.ReadClusterAsync(cluster, Before, follow: false, stop).ConfigureAwait(false))
        {
            for (var i = 0; i < frame.Ids.Count; i++)
            {
                if (frame.Ids[i] == First) return AreEqual(frame.Records[i], Json);
            }
            if (++frames >= MostFrames) break;
        }
        return false;
    }

    static bool AreEqual(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        try
        {
            using var first = JsonDocument.Parse(LoneSurrogates.Replaced(left), new JsonDocumentOptions { MaxDepth = 256 });
            using var second = JsonDocument.Parse(LoneSurrogates.Replaced(right), new JsonDocumentOptions { MaxDepth = 256 });
            return JsonElement.DeepEquals(first.RootElement, second.RootElement);
        }
        catch (JsonException)
        {
            // A body that no one has opened yet may be malformed; then they are what they are: different bytes.
            return false;
        }
    }
}
