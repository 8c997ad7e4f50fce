using System.Buffers;
using System.Text;
using AuditWatch.Storage.State;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>
/// Copies of alerts, beside the events, so that SQL can join them. They are appended to tables that only this connection sees and taken over by one statement a
/// table: parameters by the thousand cost ten times as much, and without an index on the alerts every statement reads them all.
/// </summary>
internal static class DuckDbAlerts
{
    const string Incoming = "incoming_alerts", IncomingEvidence = "incoming_evidence";

    static readonly SearchValues<char> Odd = SearchValues.Create(['\0', .. Enumerable.Range(0xD800, 0x800).Select(half => (char)half)]);

    public static void Put(DuckDBConnection connection, IReadOnlyList<StoredAlert> alerts)
    {
        var last = alerts.GroupBy(a => a.Alert.AlertId, StringComparer.Ordinal).Select(g => g.MaxBy(a => a.Version)!).ToList();
        // The level is a word of our own until it is taken over: one that we do not know must fail there, not be cut short by the appender.
        DuckDbSchema.Run(connection,
            $"""
            create or replace temp table {Incoming} as select * replace (cast(level as varchar) as level) from alerts limit 0;
            create or replace temp table {IncomingEvidence} as select * from alert_evidence limit 0
            """);
        Append(connection, Incoming, last, Row);
        Append(connection, IncomingEvidence, last.SelectMany(a => a.Alert.Evidence.Where(place => place.File is null), (a, place) => (a.Alert.AlertId, Place: place)),
            (row, of) => row.AppendValue(of.AlertId).AppendValue((int?)of.Place.Segment).AppendValue((int?)of.Place.Frame).AppendValue((int?)of.Place.Index));
        DuckDbSchema.Run(connection,
            $"""
            delete from {Incoming} using alerts where alerts.alert_id = {Incoming}.alert_id and alerts.version > {Incoming}.version;
            delete from alerts where alert_id in (select alert_id from {Incoming});
            delete from alert_evidence where alert_id in (select alert_id from {Incoming});
            insert into alerts select * from {Incoming};
            insert into alert_evidence select * from {IncomingEvidence} where alert_id in (select alert_id from {Incoming});
            drop table {Incoming};
            drop table {IncomingEvidence}
            """);
    }

    static void Append<T>(DuckDBConnection connection, string table, IEnumerable<T> rows, Action<IDuckDBAppenderRow, T> write)
    {
        using var appender = connection.CreateAppender("temp", "main", table);
        foreach (var of in rows)
        {
            var row = appender.CreateRow();
            write(row, of);
            row.EndRow();
        }
    }

    // In the order of the table's columns.
    static void Row(IDuckDBAppenderRow row, StoredAlert stored)
    {
        var alert = stored.Alert;
        Text(row, alert.AlertId);
        row.AppendValue((long?)stored.Version);
        Text(row, stored.Status.ToString().ToLowerInvariant());
        row.AppendValue((DateTime?)DateTime.UnixEpoch.AddMicroseconds(alert.TimeMicros));
        Text(row, alert.Cluster, alert.Level, alert.Rule.Id, alert.Rule.Name, alert.Rule.Title);
        List(row, alert.Rule.Attack);
        List(row, alert.Rule.Tactics);
        Text(row, alert.Sentence, alert.Actor.User, alert.Actor.EffectiveUser);
        row.AppendValue((bool?)alert.Actor.Impersonated);
        Text(row, alert.Actor.CredentialId, alert.Actor.ClientIp, alert.Actor.UserAgent, alert.Verb, alert.Object?.ApiGroup, alert.Object?.Resource,
            alert.Object?.Subresource, alert.Object?.Namespace, alert.Object?.Name, alert.Outcome);
        row.AppendValue((long?)alert.Count);
        List(row, alert.AuditIds);
    }

    // As bytes: the client library would end a string at a NUL. Half a surrogate pair becomes U+FFFD, as rows have it.
    static void Text(IDuckDBAppenderRow row, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is null) row.AppendNullValue();
            else row.AppendValue(Encoding.UTF8.GetBytes(text).AsSpan());
        }
    }

    // The client library takes strings here and nothing else.
    static void List(IDuckDBAppenderRow row, IReadOnlyList<string> texts) =>
        row.AppendValue(texts.Select(text => text.AsSpan().ContainsAny(Odd) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'))) : text).ToList());
}
