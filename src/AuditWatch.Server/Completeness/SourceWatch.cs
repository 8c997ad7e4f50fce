using AuditWatch.Events.Health;
using AuditWatch.Ingest.Sources;

namespace AuditWatch.Server.Completeness;

/// <summary>Notices of a source that it cannot be read for long, that it can be again, and that something was gone before it was read.</summary>
sealed class SourceWatch
{
    const long PatienceMicros = 300_000_000;

    readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <param name="source">The source as it stands here.</param>
    /// <param name="now">The time.</param>
    /// <param name="eventTime">When now is for a cluster's events.</param>
    /// <param name="isReadElsewhere">Another process reads it: that this one cannot is nothing to be told.</param>
    public IReadOnlyList<HealthFact> Look(SourceStanding source, long now, Func<string, long> eventTime, bool isReadElsewhere = false)
    {
        if (!_seen.TryGetValue(source.Name, out var seen)) _seen.Add(source.Name, seen = new Seen());
        List<HealthFact> facts = [];
        var (lost, gaps, state) = (source.Lost, source.Gaps, source.State);
        if (lost > seen.Lost || gaps > seen.Gaps)
        {
            var error = source.LastError?.Message ?? "";
            facts.Add(Fact(HealthFact.Gap, now, lost > seen.Lost
                ? $"{lost - seen.Lost} messages of source {source.Name} were deleted before they were read{Because(error)}"
                : $"Something of unknown size is missing from source {source.Name}{Because(error)}",
                new() { ["lost"] = lost - seen.Lost, ["gaps"] = gaps - seen.Gaps, ["error"] = error }));
            (seen.Lost, seen.Gaps) = (lost, gaps);
        }

        if (isReadElsewhere || state is SourceState.Running or SourceState.Holding or SourceState.Stopped)
        {
            if (seen.IsTold)
                facts.Add(Fact(HealthFact.Readable, seen.FailingSince, $"Source {source.Name} can be read again", new() { ["silent_seconds"] = (now - seen.FailingSince) / 1_000_000 }) with
                {
                    Ends = HealthFact.IdOf(HealthFact.Unreadable, source.Cluster, source.Name, "", seen.FailingSince),
                    EndsSinceMicros = seen.FailingSince,
                });
            (seen.FailingSince, seen.IsTold) = (0, false);
        }
        else if (seen.FailingSince == 0)
        {
            if (state is SourceState.Failing or SourceState.CheckpointAhead) seen.FailingSince = now;
        }
        else if (!seen.IsTold && now - seen.FailingSince >= PatienceMicros)
        {
            seen.IsTold = true;
            var error = source.LastError?.Message ?? "";
            facts.Add(Fact(HealthFact.Unreadable, seen.FailingSince, $"Source {source.Name} cannot be read for {(now - seen.FailingSince) / 60_000_000} minutes{Because(error)}",
                new() { ["state"] = state == SourceState.CheckpointAhead ? "checkpoint-ahead" : "failing", ["error"] = error, ["silent_seconds"] = (now - seen.FailingSince) / 1_000_000 }));
        }

        return facts;

        HealthFact Fact(string kind, long since, string sentence, Dictionary<string, object> details) =>
            new(kind, source.Cluster, source.Name, "", since, eventTime(source.Cluster), sentence) { Details = details };
    }

    static string Because(string error) => error.Length == 0 ? "" : ": " + error.TrimEnd('.');

    sealed class Seen
    {
        public long Lost { get; set; }

        public long Gaps { get; set; }

        public long FailingSince { get; set; }

        public bool IsTold { get; set; }
    }
}
