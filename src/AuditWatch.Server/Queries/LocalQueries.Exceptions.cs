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

    /// <summary>Folders of exceptions beside the data folder's own.</summary>
    internal IReadOnlyList<string> ExceptionDirs { get; init; } = [];

    string OwnExceptions => Path.Combine(_folder.Path, "exceptions");

    async Task<ActAnswer> ExceptAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<ExceptionBody>(act.Body);
        if (body.Expires is { } end && Configuration.Moments.TryComing(end, _clock, out var day)) body = body with { Expires = day.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) };
        if (!body.DryRun) NeedsAllClusters("An exception holds on every cluster, so it needs the role engineer on all of them; 'dry_run' shows it.");
        if (await FindAlertAsync(act.Id!, stop) is not { } stored) throw new QueryFault($"There is no alert '{act.Id}'.", 404);
        var id = Guid.NewGuid().ToString();
        var document = ExceptionDraft.Write(stored.Alert, id, body, DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime));

        // Through the reader that detection uses: what is shown is what will be.
        var problems = new List<Problem>();
        var read = ExceptionTrial.Read(document, id, problems) ?? throw new QueryFault($"The exception cannot be read: {string.Join(" ", problems.Select(p => p.Message))}");
        var (tried, hidden) = await TryAsync(read, stored.Alert.Rule.Id, stop);
        if (!body.DryRun) await _state.AddExceptionAsync(id, document, Who(null), stop);
        return new ActAnswer(Rows.Write(json =>
        {
            json.WriteString("id", id);
            json.WriteString("document", document);
            json.WriteNumber("alerts", tried);
            json.WriteNumber("would_have_hidden", hidden.Count);
            Texts(json, "hidden", hidden);
            if (!body.DryRun) json.WriteString("holds", "for what is judged from now on, without a restart");
        }));
    }

    async Task<ActAnswer> EndExceptionAsync(Act act, CancellationToken stop)
    {
        var known = (await KnownExceptionsAsync(stop)).FirstOrDefault(x => x.Trial.Id == act.Id || x.Stored?.Id == act.Id);
        if (known.Stored is null)
            throw known.Trial is null ? new QueryFault($"There is no exception '{act.Id}'.", 404) : new QueryFault($"The exception is kept in '{known.File}': take it out of there; it is gone with the next start.", 409);
        if (!await _state.EndExceptionAsync(known.Stored.Id, Who(null), stop)) throw new QueryFault($"The exception '{act.Id}' was ended before.", 409);
        return new ActAnswer(Rows.Write(json =>
        {
            json.WriteString("id", known.Stored.Id);
            json.WriteString("state", "ended");
        }));
    }

    // Of the state first, then of files.
    async Task<List<(string? File, StoredException? Stored, ExceptionTrial Trial)>> KnownExceptionsAsync(CancellationToken stop)
    {
        var problems = new List<Problem>();
        var known = new List<(string?, StoredException?, ExceptionTrial)>();
        foreach (var stored in await _state.ListExceptionsAsync(stop))
            if (ExceptionTrial.Read(stored.Document, stored.Id, problems) is { } trial) known.Add((null, stored, trial));
        known.AddRange(ExceptionTrial.Load([OwnExceptions, .. ExceptionDirs], problems).Select(x => ((string?)x.File, (StoredException?)null, x.Trial)));
        return known;
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
        var only = asked.OneOf("state", "active", "expiring", "expired", "ended");
        var review = asked.OneOf("review", "true", "false");
        asked.Done();
        var uses = await _state.ExceptionUsesAsync(stop);
        var rows = new List<ReadOnlyMemory<byte>>();
        foreach (var (file, stored, trial) in (await KnownExceptionsAsync(stop)).OrderBy(x => x.Stored?.EndedMicros is not null).ThenBy(x => x.Trial.ExpiresMicros).ThenBy(x => x.File, StringComparer.Ordinal))
        {
            var seen = ExceptionReview.Of(file, stored, trial, uses.GetValueOrDefault(stored?.Id ?? trial.Id), _clock.GetUtcNow());
            if ((only is not null && only != seen.State) || (review is not null && review == "true" != seen.Why is not null)) continue;
            var matches = 0;
            foreach (var rule in trial.Rules) matches += (await TryAsync(trial, rule, stop)).Hidden.Count;
            rows.Add(Rows.Write(json => ExceptionRow(json, file, stored, trial, seen, matches)));
        }
        return new RowPage(rows, null);
    }

    static void ExceptionRow(Utf8JsonWriter json, string? file, StoredException? stored, ExceptionTrial trial, ExceptionReview seen, int matches)
    {
        json.WriteString("id", stored?.Id ?? trial.Id);
        json.WriteString("title", trial.Title);
        json.WriteString("state", seen.State);
        json.WriteString("review", seen.Why);
        json.WriteString("expires", trial.ExpiresMicros == long.MaxValue ? null : Rfc3339.Of(trial.ExpiresMicros));
        json.WriteString("owner", trial.Owner);
        json.WriteString("reason", trial.Reason);
        Texts(json, "rules", trial.Rules);
        json.WriteNumber("hidden", seen.Use?.Findings ?? 0);
        json.WriteString("last_hidden", seen.Use is null ? null : Rfc3339.Of(seen.Use.LastMicros));
        json.WriteNumber("stored_alerts_covered", matches);
        json.WriteString("file", file);
        json.WriteString("created", stored is null ? null : Rfc3339.Of(stored.CreatedMicros));
        json.WriteString("created_by", stored?.CreatedBy);
        json.WriteString("ended", stored?.EndedMicros is { } ended ? Rfc3339.Of(ended) : null);
        json.WriteString("ended_by", stored?.EndedBy);
    }
}
