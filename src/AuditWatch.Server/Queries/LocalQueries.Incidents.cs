using System.Globalization;
using System.Text.Json;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Alerts that hang together by cause, with what people joined and parted.
public sealed partial class LocalQueries
{
    async Task<RowPage> IncidentsAsync(Filters asked, CancellationToken stop)
    {
        var query = new IncidentQuery
        {
            Cluster = ClusterOf(asked),
            Clusters = Scope.Names,
            MinLevel = asked.OneOf("min_level", "informational", "low", "medium", "high", "critical"),
            SinceMicros = asked.Time("since"),
            UntilMicros = asked.Time("until"),
            Limit = asked.Limit,
            Cursor = asked.Cursor,
        };
        asked.Done();
        try
        {
            var (incidents, next) = await _state.ListIncidentsAsync(query, stop);
            return new RowPage([.. incidents.Select(i => Rows.Write(json => IncidentRow(json, i)))], next);
        }
        catch (FormatException fault)
        {
            throw new QueryFault(fault.Message);
        }
    }

    async Task<ReadOnlyMemory<byte>?> ShowIncidentAsync(string id, CancellationToken stop)
    {
        if (await FindIncidentAsync(id, stop) is not { } stored) return null;
        var alerts = (await _state.FindAlertsAsync([.. stored.Incident.Steps.Select(s => s.AlertId)], stop)).ToDictionary(a => a.Alert.AlertId, StringComparer.Ordinal);
        return Rows.Write(json =>
        {
            IncidentRow(json, stored);
            json.WriteStartArray("steps");
            foreach (var step in stored.Incident.Steps)
            {
                json.WriteStartObject();
                json.WriteString("time", Rfc3339.Of(step.TimeMicros));
                json.WriteString("level", step.Level);
                json.WriteString("rule", step.Rule);
                json.WriteString("line", step.Line);
                json.WriteStartArray("reasons");
                foreach (var reason in step.Reasons) json.WriteStringValue(reason);
                json.WriteEndArray();
                json.WriteString("alert_id", step.AlertId);
                json.WriteString("status", alerts.TryGetValue(step.AlertId, out var alert) ? TriageWords.Of(alert.Status) : null);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("edits");
            foreach (var edit in stored.Edits) EditRow(json, edit);
            json.WriteEndArray();
        });
    }

    async Task<ActAnswer> MergeIncidentAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<IncidentBody>(act.Body);
        if (body.Incidents is not { Count: > 0 } others || body.Alerts is not null) throw new QueryFault("The body needs 'incidents', the ids of those to join.");
        foreach (var id in others.Prepend(act.Id!)) await NeedsIncidentAsync(id, stop);
        if (await SeenAsync(act, _state.MergeIncidentsAsync(act.Id!, others, Who(body.By), _asker.Via, body.Note, stop, act.IfState)) is { } why) throw new QueryFault(why, why.StartsWith("There is no", StringComparison.Ordinal) ? 404 : 409);
        return await StandsAsync(act.Id!, stop);
    }

    async Task<ActAnswer> SplitIncidentAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<IncidentBody>(act.Body);
        if (body.Incidents is not null) throw new QueryFault("The body needs 'alerts', the ids of those to part from it.");
        await NeedsIncidentAsync(act.Id!, stop);
        var (id, why) = await SeenAsync(act, _state.SplitIncidentAsync(act.Id!, body.Alerts ?? [], Who(body.By), _asker.Via, body.Note, stop, act.IfState));
        if (why is not null) throw new QueryFault(why, why.StartsWith("There is no", StringComparison.Ordinal) ? 404 : 400);
        return await StandsAsync(id!, stop);
    }

    async Task<ActAnswer> UndoIncidentEditAsync(Act act, CancellationToken stop)
    {
        if (!long.TryParse(act.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var edit) || await _state.FindIncidentEditAsync(edit, stop) is not { } made
            || (!Scope.IsAll && await FindIncidentAsync(made.IncidentId, stop) is null) || !await SeenAsync(act, _state.UndoIncidentEditAsync(edit, stop, act.IfState)))
            throw new QueryFault($"There is no edit '{act.Id}' to take back.", 404);
        return new ActAnswer(Rows.Write(json => json.WriteNumber("undone", edit)));
    }

    async Task<ActAnswer> StandsAsync(string id, CancellationToken stop) => new((await ShowIncidentAsync(id, stop))!.Value, State: (await FindIncidentAsync(id, stop))?.Version);

    // Two people look at one incident; who acts second is told what the first did.
    static async Task<T> SeenAsync<T>(Act act, Task<T> change)
    {
        try
        {
            return await change;
        }
        catch (StaleIncidentException stale)
        {
            var (now, seen) = (stale.Now, act.IfState!.Split('.'));
            var since = seen.Length == 3 && long.TryParse(seen[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? now.Edits.Where(e => e.Id > last).ToList() : [];
            var changes = since.Select(e => $"{e.Who} {(e.Act == "merge" ? "joined another to it" : "parted it")}").ToList();
            if (seen.Length == 3 && seen[0] != now.Incident.Steps.Count.ToString(CultureInfo.InvariantCulture)) changes.Add($"it has {now.Incident.Steps.Count} steps now, not {seen[0]}");
            if (changes.Count == 0) changes.Add("a merge or split was taken back, or its steps are others");
            throw new QueryFault($"The incident is at version {now.Version}, not {act.IfState}: {string.Join(", ", changes)}. Look at it again.", 412)
            {
                Details = new Dictionary<string, object?>
                {
                    ["version"] = now.Version,
                    ["steps"] = now.Incident.Steps.Count,
                    ["changes"] = since.Select(e => JsonDocument.Parse(Rows.Write(json => EditMembers(json, e))).RootElement).ToList(),
                },
            };
        }
    }

    async Task NeedsIncidentAsync(string id, CancellationToken stop)
    {
        if (await FindIncidentAsync(id, stop) is null) throw new QueryFault($"There is no incident '{id}'.", 404);
    }

    static void IncidentRow(Utf8JsonWriter json, StoredIncident stored)
    {
        var incident = stored.Incident;
        json.WriteString("incident_id", incident.IncidentId);
        json.WriteString("cluster", incident.Cluster);
        json.WriteString("level", incident.Level);
        json.WriteString("first", Rfc3339.Of(incident.FirstMicros));
        json.WriteString("last", Rfc3339.Of(incident.LastMicros));
        json.WriteNumber("alerts", incident.AlertCount);
        json.WriteBoolean("edited", stored.Edits.Count > 0);
        json.WriteString("version", stored.Version);
        json.WriteStartArray("actors");
        foreach (var actor in incident.Actors) json.WriteStringValue(actor);
        json.WriteEndArray();
        json.WriteString("story", incident.Steps.Count == 1 ? incident.Steps[0].Line : $"{incident.Steps[0].Line} … {incident.Steps[^1].Line}");
    }

    static void EditRow(Utf8JsonWriter json, IncidentEdit edit)
    {
        json.WriteStartObject();
        EditMembers(json, edit);
        json.WriteEndObject();
    }

    static void EditMembers(Utf8JsonWriter json, IncidentEdit edit)
    {
        json.WriteNumber("id", edit.Id);
        json.WriteString("at", Rfc3339.Of(edit.AtMicros));
        json.WriteString("by", edit.Who);
        json.WriteString("act", edit.Act);
        json.WriteString("incident", edit.IncidentId);
        json.WriteString("source", edit.SourceId);
        json.WriteStartArray("alerts");
        foreach (var alert in edit.Alerts) json.WriteStringValue(alert);
        json.WriteEndArray();
        if (edit.Note is not null) json.WriteString("note", edit.Note);
    }
}
