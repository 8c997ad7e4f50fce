using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Health;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Says in the journal that two contents of one stage of one request contradict each other, as a fact that rules judge. Its id is made of the two contents, whatever
/// source either came from and whichever came first, so it is one fact however often it is found. A flood of them is a few facts and one that says so.
/// </summary>
internal sealed class ContradictionFacts(IJournal journal, TimeProvider clock)
{
    const int MostPerHour = 100, MostPending = 1_000;
    const long HourMicros = 3_600_000_000;

    readonly ConcurrentQueue<HealthFact> _pending = new();
    readonly Dictionary<string, (long Hour, int Count)> _told = new(StringComparer.Ordinal);
    readonly Lock _gate = new();

    /// <summary>The journal could not take some; they are to be offered again.</summary>
    public bool IsPending => !_pending.IsEmpty;

    public void Add(string cluster, Conflict conflict, CopyDifference difference)
    {
        using var copy = JsonDocument.Parse(LoneSurrogates.Replaced(conflict.Json), new JsonDocumentOptions { MaxDepth = 256 });
        var (id, stage) = (TextOf(copy.RootElement, "auditID"), TextOf(copy.RootElement, "stage"));
        var received = TimeOf(copy.RootElement, "requestReceivedTimestamp");
        var time = TimeOf(copy.RootElement, "stageTimestamp") is not 0 and var told ? told : received;
        // By our clock: the events' own times are whatever their sender likes.
        var now = MicroTime.Of(clock.GetUtcNow());
        if (Place(cluster, now / HourMicros) is var place && place > MostPerHour) return;
        if (place == MostPerHour)
        {
            Enqueue(Hourly("further", cluster, conflict, now, time, $"More than {MostPerHour} requests of cluster {cluster} came with two contents within an hour; the further ones are counted only"));
            return;
        }
        var (lower, upper) = conflict.First.Value < conflict.Second.Value ? (conflict.First, conflict.Second) : (conflict.Second, conflict.First);
        Enqueue(new HealthFact(HealthFact.Contradicting, cluster, conflict.Source, conflict.ApiServer, received, time,
            $"Request {Short(id)} came twice at stage {Short(stage)} with different contents: {difference.Sentence}{(difference.Fields.Count > 1 ? $", and {difference.Fields.Count - 1} more" : "")}")
        {
            Subject = $"{lower}/{upper}",
            Details = new Dictionary<string, object> { ["audit_id"] = id, ["stage"] = stage, ["fields"] = difference.Fields, ["copies"] = (string[])[lower.ToString(), upper.ToString()] },
        });
    }

    /// <summary>So many of one input could not be compared, since it brought too many from too many places.</summary>
    public void AddUncompared(string cluster, Conflict one, int count)
    {
        var now = MicroTime.Of(clock.GetUtcNow());
        Enqueue(Hourly("uncompared", cluster, one, now, now, $"{count} requests of cluster {cluster} came with two contents in one input, too many to be compared") with
        {
            Details = new Dictionary<string, object> { ["uncompared"] = count },
        });
    }

    // One an hour: what is said of the hour is this fact, however often it is found.
    static HealthFact Hourly(string subject, string cluster, Conflict one, long now, long time, string sentence) =>
        new(HealthFact.Contradicting, cluster, one.Source, one.ApiServer, now - now % HourMicros, time, sentence) { Subject = subject };

    void Enqueue(HealthFact fact)
    {
        if (_pending.Count < MostPending) _pending.Enqueue(fact);
    }

    /// <summary>Returns once all of them are durable.</summary>
    /// <exception cref="JournalFullException">The disk is full; they are kept for the next time.</exception>
    public async ValueTask WriteAsync()
    {
        while (_pending.TryDequeue(out var fact))
        {
            try
            {
                await journal.AppendAsync(new JournalBatch(fact.Cluster, "health", "", RecordKind.Health, [fact.ToJson()])
                {
                    Ids = [new EventId(UInt128.Parse(fact.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture))],
                    EventTimes = [fact.TimeMicros],
                }, CancellationToken.None).ConfigureAwait(false);
            }
            catch
            {
                _pending.Enqueue(fact);
                throw;
            }
        }
    }

    int Place(string cluster, long hour)
    {
        lock (_gate)
        {
            var told = _told.GetValueOrDefault(cluster);
            var count = told.Hour == hour ? told.Count : 0;
            _told[cluster] = (hour, count + 1);
            return count;
        }
    }

    static string Short(string text) => text.Length <= 64 ? text : text[..63] + "…";

    static string TextOf(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    static long TimeOf(JsonElement json, string name) => MicroTime.Parse(System.Text.Encoding.UTF8.GetBytes(TextOf(json, name)));
}
