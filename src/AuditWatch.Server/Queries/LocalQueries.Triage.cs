using System.Globalization;
using System.Text.Json;
using AuditWatch.Server.Bus;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// What people do with alerts.
public sealed partial class LocalQueries
{
    async Task<ActAnswer> TriageAlertAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<TriageBody>(act.Body);
        if (body.Expected is not null || body.DryRun) throw new QueryFault("'expected' and 'dry_run' go with a change of many.");
        if (await FindAlertAsync(act.Id!, stop) is null) throw new QueryFault($"There is no alert '{act.Id}'.", 404);
        var result = await _state.TriageAsync(act.Id!, body.Change(Who(body.By), _asker.Via), act.IfVersion, stop);
        return result.Verdict switch
        {
            TriageVerdict.Done or TriageVerdict.Unchanged => new ActAnswer(AlertRows.Of(result.Alert!), result.Alert!.Version),
            TriageVerdict.Missing => throw new QueryFault($"There is no alert '{act.Id}'.", 404),
            TriageVerdict.Stale => throw Stale(act, result),
            _ => throw new QueryFault(result.Why!),
        };
    }

    static QueryFault Stale(Act act, TriageResult result)
    {
        var alert = result.Alert!;
        var changes = result.Since.Select(change => $"{change.Who} {change.Act} it").ToList();
        if (alert.EvidenceVersion > act.IfVersion) changes.Add(string.Create(CultureInfo.InvariantCulture, $"evidence changed it (it has {alert.Alert.Count} requests now)"));
        return new QueryFault($"The alert is at version {alert.Version}, not {act.IfVersion}: {string.Join(", ", changes)}. Look at it again.", 412)
        {
            Details = new Dictionary<string, object?>
            {
                ["version"] = alert.Version,
                ["status_now"] = TriageWords.Of(alert.Status),
                ["evidence_changed"] = alert.EvidenceVersion > act.IfVersion,
                ["changes"] = result.Since.Select(change => JsonDocument.Parse(Rows.Write(json => HistoryRow(json, change))).RootElement).ToList(),
            },
        };
    }

    async Task<ActAnswer> TriageAlertsAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<TriageBody>(act.Body);
        if (act.IfVersion is not null) throw new QueryFault("If-Match goes with one alert; for many say 'expected'.");
        var query = await AlertQueryOfAsync(new Filters(act.Filters, _clock), stop);
        var change = body.Change(Who(body.By), _asker.Via);
        if (change.Fault() is { } fault) throw new QueryFault(fault);
        if (body.DryRun)
        {
            var count = await _state.CountAlertsAsync(query, stop);
            return new ActAnswer(Rows.Write(json => json.WriteNumber("matched", count)));
        }
        var job = await _state.TriageAllAsync(query, FiltersOf(act.Filters), change, body.Expected, stop);
        if (job is not null) return new ActAnswer(Rows.Write(json => JobRow(json, job)));
        var matched = await _state.CountAlertsAsync(query, stop);
        throw new QueryFault($"{matched} alerts match, not {body.Expected}; nothing was changed.", 409) { Details = new Dictionary<string, object?> { ["matched"] = matched } };
    }

    async Task<ActAnswer> UndoTriageAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<WhoBody>(act.Body);
        if (!long.TryParse(act.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || await _state.FindTriageJobAsync(id, stop) is not { } job || !Sees(job))
            throw new QueryFault($"There is no bulk change '{act.Id}'.", 404);
        var undone = await _state.UndoTriageAsync(id, Who(body.By), _asker.Via, stop) ?? throw new QueryFault($"The bulk change {id} is undone already.", 409);
        return new ActAnswer(Rows.Write(json =>
        {
            JobRow(json, undone.Job);
            json.WriteNumber("put_back", undone.PutBack);
            json.WriteNumber("left_alone", undone.LeftAlone);
        }));
    }

    async Task<RowPage> TriageJobsAsync(Filters asked, CancellationToken stop)
    {
        var limit = asked.Limit;
        long? before = null;
        if (asked.Cursor is { } cursor)
            before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new QueryFault($"'{cursor}' is no cursor of a list of bulk changes; use the one that came with the page before.");
        asked.Done();
        var jobs = await _state.ListTriageJobsAsync(before, limit, stop);
        var next = limit > 0 && jobs.Count == limit ? jobs[^1].Id.ToString(CultureInfo.InvariantCulture) : null;
        return new RowPage([.. jobs.Where(Sees).Select(job => Rows.Write(json => JobRow(json, job)))], next);
    }

    static void JobRow(Utf8JsonWriter json, TriageJob job)
    {
        json.WriteNumber("id", job.Id);
        json.WriteString("at", Rfc3339.Of(job.AtMicros));
        json.WriteString("by", job.Who);
        json.WriteString("via", job.Via);
        json.WritePropertyName("filters");
        json.WriteRawValue(job.Query);
        json.WritePropertyName("change");
        json.WriteRawValue(job.Change);
        json.WriteNumber("matched", job.Matched);
        json.WriteNumber("changed", job.Changed);
        json.WriteNumber("skipped", job.Skipped);
        json.WriteString("state", job.State);
    }

    static void HistoryRow(Utf8JsonWriter json, TriageEvent act)
    {
        json.WriteNumber("version", act.Version);
        json.WriteString("at", Rfc3339.Of(act.AtMicros));
        json.WriteString("by", act.Who);
        json.WriteString("via", act.Via);
        json.WriteString("act", act.Act);
        if (act.Note is not null) json.WriteString("note", act.Note);
        State(json, "from", act.Before);
        State(json, "to", act.After);
        if (act.Job is { } job) json.WriteNumber("job", job);
    }

    static void State(Utf8JsonWriter json, string name, TriageState state)
    {
        json.WriteStartObject(name);
        json.WriteString("status", TriageWords.Of(state.Status));
        json.WriteString("resolution", state.Resolution is { } resolution ? TriageWords.Of(resolution) : null);
        json.WriteString("assignee", state.Assignee);
        json.WriteStartArray("tags");
        foreach (var tag in state.TagList) json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
