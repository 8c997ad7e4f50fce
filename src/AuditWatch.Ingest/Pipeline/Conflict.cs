using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>Two contents for one stage; in what they differ is told by reading the first back. Rare, so it may cost something.</summary>
internal sealed record Conflict(EventId First, EventPosition Before, EventId Second, byte[] Json)
{
    // Behind a place the first is soon; those of one input are mostly in the same few frames.
    const int MostFramesEach = 64, MostFrames = 512;

    /// <summary>The second's source.</summary>
    public string Source { get; init; } = "";

    /// <summary>The second's API server; empty: not told apart.</summary>
    public string ApiServer { get; init; } = "";

    /// <summary>
    /// In what the two of each differ. Null: nobody can say, since the first is gone or one of them is no JSON. How many were left uncompared, since reading the
    /// firsts back took too long, is told too.
    /// </summary>
    public static async Task<(List<(Conflict Of, CopyDifference? Is)> Compared, int Uncompared)> CompareAsync(List<Conflict> conflicts, IJournal journal, string cluster, CancellationToken stop)
    {
        var compared = new List<(Conflict, CopyDifference?)>();
        var open = conflicts.GroupBy(c => c.First).ToDictionary(c => c.Key, c => c.ToList());
        var frames = 0;
        foreach (var wanted in conflicts.OrderBy(c => c.Before))
        {
            if (!open.ContainsKey(wanted.First)) continue;
            if (frames >= MostFrames) break;
            var read = 0;
            await foreach (var frame in journal.ReadClusterAsync(cluster, wanted.Before, follow: false, stop).ConfigureAwait(false))
            {
                for (var i = 0; i < frame.Ids.Count; i++)
                {
                    if (open.Remove(frame.Ids[i], out var found)) compared.AddRange(found.Select(f => (f, Compare(frame.Records[i], f.Json))));
                }
                frames++;
                if (++read >= MostFramesEach || frames >= MostFrames || open.Count == 0 || !open.ContainsKey(wanted.First)) break;
            }
            if (open.Remove(wanted.First, out var gone)) compared.AddRange(gone.Select(g => (g, (CopyDifference?)null)));
        }
        return (compared, open.Values.Sum(o => o.Count));
    }

    static CopyDifference? Compare(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        try
        {
            using var first = JsonDocument.Parse(LoneSurrogates.Replaced(left), new JsonDocumentOptions { MaxDepth = 256 });
            using var second = JsonDocument.Parse(LoneSurrogates.Replaced(right), new JsonDocumentOptions { MaxDepth = 256 });
            return CopyDifference.Between(first.RootElement, second.RootElement);
        }
        catch (JsonException)
        {
            // A body that no one has opened yet may be malformed; then they are what they are: different bytes.
            return null;
        }
    }
}
