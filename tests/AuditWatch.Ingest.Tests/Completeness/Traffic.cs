using System.Globalization;
using System.Text;
using AuditWatch.Events.Health;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Tests.Completeness;

/// <summary>API servers that speak to a ledger, on a clock of their own.</summary>
sealed class Traffic
{
    readonly CompletenessOptions _options;
    int _events;

    public Traffic(CompletenessOptions? options = null)
    {
        _options = options ?? new CompletenessOptions();
        Ledger = new CompletenessLedger(_ => _options);
        Ledger.Start(Now);
    }

    public CompletenessLedger Ledger { get; private set; }

    public long Now { get; private set; } = 1_795_568_400_000_000;

    public static long Seconds(double seconds) => (long)(seconds * 1e6);

    public void Pass(double seconds) => Now += Seconds(seconds);

    /// <summary>A frame of events of one API server, dated now but for <paramref name="ahead"/> seconds.</summary>
    public void Send(string apiServer, int events = 1, string level = "Metadata", string stage = "ResponseComplete", string kind = "get secrets", double ahead = -1, string cluster = "prod", string source = "webhook", string extra = "", string userAgent = "kubectl")
    {
        var time = Now + Seconds(ahead);
        var records = Enumerable.Range(0, events).Select(_ => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(
            $$"""{"level":"{{level}}","auditID":"{{_events++:D8}}","stage":"{{stage}}","verb":"{{kind.Split(' ')[0]}}","user":{"username":"alice"},"userAgent":"{{userAgent}}","objectRef":{"resource":"{{kind.Split(' ')[1]}}","apiVersion":"v1"},"requestReceivedTimestamp":"{{Text(time)}}","stageTimestamp":"{{Text(time)}}"{{extra}}}""")).ToList();
        Ledger.Observe(new JournalFrame
        {
            Segment = 0, Frame = _events, Kind = RecordKind.Audit, Cluster = cluster, Source = source, SourcePosition = "", ApiServer = apiServer,
            ReceivedMicros = Now, MaxEventMicros = time, Records = records, Ids = [],
        });
    }

    /// <summary>So many seconds with an event of each of these every ten, and a look every second.</summary>
    public List<HealthFact> Run(double seconds, params string[] apiServers)
    {
        List<HealthFact> facts = [];
        for (var second = 0; second < seconds; second++)
        {
            if (second % 10 == 0) foreach (var server in apiServers) Send(server);
            Pass(1);
            Ledger.Look(Now);
            facts.AddRange(Ledger.TakeFacts());
        }

        return facts;
    }

    /// <summary>The API servers' counters as they are now.</summary>
    public void Count(long events, long start = 1, long webhookErrors = 0, double around = 0.05) => Ledger.Compare("prod", new CounterReading(Now - Seconds(around), Now + Seconds(around),
        new Dictionary<string, ServerCounters> { ["https://a/metrics"] = new(start, events, new Dictionary<string, long> { ["webhook"] = webhookErrors }) }));

    public ComparisonView Comparison => Ledger.ReadComparison("prod", Now)!;

    public ApiServerView this[string apiServer] => Ledger.Read(Now).Single(v => v.Key.Name == apiServer);

    /// <summary>The process ends and another takes over what was saved.</summary>
    public void Restart(double after)
    {
        var saved = Ledger.TakeChanged();
        var comparisons = Ledger.SaveComparisons(Now);
        Pass(after);
        Ledger = new CompletenessLedger(_ => _options);
        Ledger.RestoreComparisons(comparisons);
        Ledger.Restore(saved.Where(s => s.Saved is not null).Select(s => (s.Key, s.Saved!)));
        Ledger.Start(Now);
    }

    static string Text(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
