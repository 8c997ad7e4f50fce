using System.Text.Json;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// What a site expects: Sigma filters, made from alerts, with an owner, a reason and an end.
public sealed partial class LocalQueries
{
    const int MostTried = 1000, MostEvents = 20;
    static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>Folders of exceptions beside the data folder's own.</summary>
    internal IReadOnlyList<string> ExceptionDirs { get; init; } = [];

    string OwnExceptions => Path.Combine(_folder.Path, "exceptions");

    async Task<ActAnswer> ExceptAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<ExceptionBody>(act.Body);
        if (body.Expires is { } end && Configuration.Moments.TryComing(end, _clock, out var day)) body = body with { Expires = day.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) };
        if (!body.DryRun) NeedsAllClusters("An exception holds on every cluster, so it needs the role engineer on all of them; 'dry_run' shows it.");
        if (!body.DryRun && IsOneOfSeveral)
            throw new QueryFault("Several processes detect, each with exceptions of its own folders: 'dry_run' shows the document and what it hides; put it into a folder that 'rules.exceptions' names for all of them.");
        if (await FindAlertAsync(act.Id!, stop) is not { } stored) throw new QueryFault($"There is no alert '{act.Id}'.", 404);
        var id = Guid.NewGuid().ToString();
        var document = ExceptionDraft.Write(stored.Alert, id, body, DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime));

        // Tried from a folder of its own, through the same reader as at start: what is shown is what will be.
        var trial = Path.Combine(_folder.Path, "exceptions.trial");
        Directory.CreateDirectory(trial);
        var file = Path.Combine(trial, id + ".yml");
        await File.WriteAllTextAsync(file, document, stop);
        try
        {
            var problems = new List<Problem>();
            var read = ExceptionTrial.Load([trial], problems).FirstOrDefault(x => x.Trial.Id == id).Trial
                ?? throw new QueryFault($"The exception cannot be read: {string.Join(" ", problems.Select(p => p.Message))}");
            var (tried, hidden) = await TryAsync(read, stored.Alert.Rule.Id, stop);
            string? kept = null;
            if (!body.DryRun)
            {
                Directory.CreateDirectory(OwnExceptions);
                File.Move(file, kept = Path.Combine(OwnExceptions, id + ".yml"));
            }
            return new ActAnswer(Rows.Write(json =>
            {
                json.WriteString("id", id);
                json.WriteString("file", kept);
                json.WriteString("document", document);
                json.WriteNumber("alerts", tried);
                json.WriteNumber("would_have_hidden", hidden.Count);
                Texts(json, "hidden", hidden);
                if (kept is not null) json.WriteString("holds", "from the server's next start");
            }));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // An alert would have been hidden when the exception covers every event of it that the journal still has.
    async Task<(int Tried, IReadOnlyList<string> Hidden)> TryAsync(ExceptionTrial trial, string rule, CancellationToken stop)
    {
        var alerts = (await _state.ListAlertsAsync(new AlertQuery { Rule = rule, Clusters = Scope.Names, Limit = MostTried }, stop)).Alerts;
        var hidden = new List<string>();
        foreach (var alert in alerts.Select(a => a.Alert).Where(a => trial.HoldsAt(a.TimeMicros)))
        {
            var covers = new List<bool?>();
            foreach (var place in alert.Evidence.Where(p => p.File is null).Take(MostEvents))
                if (await RecordAsync(new EventPosition(place.Segment, place.Frame, place.Index), stop) is { } record)
                    covers.Add(trial.Covers(record.Utf8, new ClusterFacts { Name = alert.Cluster }, alert.TimeMicros));
            if (covers.Count > 0 && covers.All(c => c == true)) hidden.Add(alert.AlertId);
        }
        return (alerts.Count, hidden);
    }

    async Task<RowPage> ExceptionsAsync(Filters asked, CancellationToken stop)
    {
        var only = asked.OneOf("state", "active", "expiring", "expired");
        asked.Done();
        var now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var problems = new List<Problem>();
        var rows = new List<ReadOnlyMemory<byte>>();
        foreach (var (file, trial) in ExceptionTrial.Load([OwnExceptions, .. ExceptionDirs], problems).OrderBy(x => x.Trial.ExpiresMicros).ThenBy(x => x.File, StringComparer.Ordinal))
        {
            var state = !trial.HoldsAt(now) ? "expired" : trial.HoldsAt(now + (Soon.Ticks / TimeSpan.TicksPerMicrosecond)) ? "active" : "expiring";
            if (only is not null && only != state) continue;
            var matches = 0;
            foreach (var rule in trial.Rules) matches += (await TryAsync(trial, rule, stop)).Hidden.Count;
            rows.Add(Rows.Write(json => ExceptionRow(json, file, trial, state, matches)));
        }
        return new RowPage(rows, null);
    }

    static void ExceptionRow(Utf8JsonWriter json, string file, ExceptionTrial trial, string state, int matches)
    {
        json.WriteString("id", trial.Id);
        json.WriteString("title", trial.Title);
        json.WriteString("state", state);
        json.WriteString("expires", trial.ExpiresMicros == long.MaxValue ? null : Rfc3339.Of(trial.ExpiresMicros));
        json.WriteString("owner", trial.Owner);
        json.WriteString("reason", trial.Reason);
        Texts(json, "rules", trial.Rules);
        json.WriteNumber("stored_alerts_covered", matches);
        json.WriteString("file", file);
    }
}
