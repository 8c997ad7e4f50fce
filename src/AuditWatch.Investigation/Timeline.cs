using System.Globalization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Investigation;

/// <summary>
/// Who did what, in order. An entity's own requests (either way when impersonating), one step of credential lineage beside them (who issued what it used, who
/// used what it issued), and the alerts on any of these.
/// </summary>
public sealed class Timeline(IEventSearch index, StateStore state)
{
    /// <summary>More events of one window than this are not told.</summary>
    public const int MostEvents = 20_000;

    const int MostCredentials = 200;
    const string Issued = "issued a credential used here", Used = "used a credential issued here";

    /// <summary>Tells the story.</summary>
    /// <exception cref="FormatException">The cursor is none.</exception>
    public async Task<TimelineAnswer> TellAsync(TimelineQuestion question, CancellationToken stop)
    {
        var (around, skip) = await MiddleAsync(question, stop).ConfigureAwait(false);
        var reach = question.Window.Ticks / TimeSpan.TicksPerMicrosecond;
        var (from, to) = (around - reach, around + reach);
        var within = new EventQuery { Cluster = question.Cluster, Clusters = question.Clusters, SinceMicros = from, UntilMicros = to + 1, OldestFirst = true, Limit = MostEvents };

        var requests = new Dictionary<(string, string, long?), StoryRequest>();
        var own = question.Entity == TimelineEntity.Container ? new EventPage([], null) : await index.SearchAsync(OwnOf(question, within), stop).ConfigureAwait(false);
        Add(requests, own.Rows, null);
        var cut = own.Next is not null;
        cut |= await AddLineageAsync(question, own.Rows, within, requests, stop).ConfigureAwait(false);

        var alerts = await AlertsAsync(question, from, to, requests.Values, stop).ConfigureAwait(false);
        var story = Repeats.Collapse(requests.Values.Select(request => request.Tell()).Concat(alerts).Concat(await FalcoAsync(question, from, to, stop).ConfigureAwait(false))
            .OrderBy(entry => entry.TimeMicros).ThenBy(entry => entry.Kind == "alert").ThenBy(entry => entry.AuditIds.Count > 0 ? entry.AuditIds[0] : "", StringComparer.Ordinal));
        var page = question.Limit > 0 ? story.Skip(skip).Take(question.Limit).ToList() : story.Skip(skip).ToList();
        var next = skip + page.Count < story.Count ? string.Create(CultureInfo.InvariantCulture, $"{around}.{skip + page.Count}") : null;
        return new TimelineAnswer(page, from, to, cut, next);
    }

    static EventQuery OwnOf(TimelineQuestion question, EventQuery query) => question.Entity switch
    {
        TimelineEntity.User => query with { User = question.Value },
        TimelineEntity.Pod => query with { Pod = question.Value },
        TimelineEntity.Ip => query with { Ip = question.Value },
        TimelineEntity.Credential => query with { Credential = question.Value },
        TimelineEntity.Namespace => query with { Namespace = question.Value },
        _ => throw new ArgumentOutOfRangeException(nameof(question)),
    };

    async Task<(long Around, int Skip)> MiddleAsync(TimelineQuestion question, CancellationToken stop)
    {
        if (question.Cursor is { } cursor)
        {
            var parts = cursor.Split('.');
            return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var skip)
                ? (at, skip)
                : throw new FormatException($"'{cursor}' is no cursor of a timeline; use the one that the page before gave.");
        }

        if (question.AroundMicros is { } given) return (given, 0);
        var seen = FalcoOf(question) is { } falco ? await state.ListFalcoNotesAsync(falco with { Limit = 1 }, stop).ConfigureAwait(false) : [];
        var newest = question.Entity == TimelineEntity.Container ? null
            : await index.SearchAsync(OwnOf(question, new EventQuery { Cluster = question.Cluster, Clusters = question.Clusters, Limit = 1 }), stop).ConfigureAwait(false);
        return (Math.Max(newest is { Rows.Count: > 0 } ? newest.Rows[0].TimeMicros : 0, seen.Count > 0 ? seen[0].TimeMicros : 0), 0);
    }

    // One step: who issued what was used here (whenever that was before the window's end), and who used within the window what was issued here.
    async Task<bool> AddLineageAsync(
        TimelineQuestion question, IReadOnlyList<EventRow> own, EventQuery within, Dictionary<(string, string, long?), StoryRequest> requests, CancellationToken stop)
    {
        var used = Credentials(own.Select(row => row.CredentialId));
        var issued = Credentials(own.Select(row => row.IssuedCredentialId));
        var cut = used.Count > MostCredentials || issued.Count > MostCredentials;
        if (used.Count > 0)
            Add(requests, (await index.SearchAsync(within with { SinceMicros = null, IssuedCredentials = used }, stop).ConfigureAwait(false)).Rows, Issued);
        if (issued.Count > 0)
        {
            var uses = await index.SearchAsync(within with { UsedCredentials = issued }, stop).ConfigureAwait(false);
            cut |= uses.Next is not null;
            Add(requests, uses.Rows, Used);
        }

        // A token can be issued for a service account by anybody, and then never be seen used here.
        if (question.Entity == TimelineEntity.User && ServiceAccount(question.Value) is var (ns, name))
            Add(requests, (await index.SearchAsync(within with { Resource = "serviceaccounts/token", Namespace = ns, Name = name }, stop).ConfigureAwait(false)).Rows, null);
        return cut;
    }

    async Task<IEnumerable<TimelineEntry>> AlertsAsync(TimelineQuestion question, long from, long to, IEnumerable<StoryRequest> requests, CancellationToken stop)
    {
        var told = requests.Select(request => (request.Key.Cluster, request.Key.AuditId)).ToHashSet();
        var page = await state.ListAlertsAsync(new AlertQuery { Cluster = question.Cluster, Clusters = question.Clusters, SinceMicros = from, UntilMicros = to + 1, Limit = 0 }, stop).ConfigureAwait(false);
        return page.Alerts.Where(IsTold).Select(Tell);

        bool IsTold(StoredAlert stored)
        {
            var actor = stored.Alert.Actor;
            var itself = question.Entity switch
            {
                TimelineEntity.User => actor.User == question.Value || actor.EffectiveUser == question.Value,
                TimelineEntity.Ip => actor.ClientIp == question.Value,
                TimelineEntity.Credential => actor.CredentialId == question.Value,
                _ => false,
            };
            return itself || stored.Alert.AuditIds.Any(id => told.Contains((stored.Alert.Cluster, id)));
        }
    }

    // Falco sees processes; it knows pods, namespaces and containers, but nobody's account.
    static FalcoQuery? FalcoOf(TimelineQuestion question)
    {
        var query = new FalcoQuery { Cluster = question.Cluster, Clusters = question.Clusters };
        switch (question.Entity)
        {
            case TimelineEntity.Pod:
                var slash = question.Value.IndexOf('/', StringComparison.Ordinal);
                return slash < 0 ? query with { Pod = question.Value } : query with { Namespace = question.Value[..slash], Pod = question.Value[(slash + 1)..] };
            case TimelineEntity.Namespace: return query with { Namespace = question.Value };
            case TimelineEntity.Container: return query with { Container = question.Value };
            default: return null;
        }
    }

    async Task<IEnumerable<TimelineEntry>> FalcoAsync(TimelineQuestion question, long from, long to, CancellationToken stop)
    {
        if (FalcoOf(question) is not { } query) return [];
        var notes = await state.ListFalcoNotesAsync(query with { SinceMicros = from, UntilMicros = to + 1, Limit = MostEvents }, stop).ConfigureAwait(false);
        return notes.Select(note => new TimelineEntry
        {
            TimeMicros = note.TimeMicros,
            LastMicros = note.TimeMicros,
            Kind = "falco",
            Cluster = note.Cluster,
            Sentence = note.Sentence,
            Count = 1,
            Level = note.Priority?.ToLowerInvariant(),
            Outcome = "unknown",
            AuditIds = [],
            Evidence = [EvidencePosition.Journal(note.Position.Segment, note.Position.Frame, note.Position.Index)],
        });
    }

    static TimelineEntry Tell(StoredAlert stored)
    {
        var alert = stored.Alert;
        return new TimelineEntry
        {
            TimeMicros = alert.TimeMicros,
            LastMicros = alert.TimeMicros,
            Kind = "alert",
            Cluster = alert.Cluster,
            Sentence = $"{alert.Rule.Title}: {alert.Sentence}",
            Count = alert.Count,
            Level = alert.Level,
            AlertId = alert.AlertId,
            Status = stored.Status.ToString().ToLowerInvariant(),
            Outcome = alert.Outcome,
            User = alert.Actor.User,
            EffectiveUser = alert.Actor.EffectiveUser,
            CredentialId = alert.Actor.CredentialId,
            ClientIp = alert.Actor.ClientIp,
            AuditIds = [.. alert.AuditIds.Take(20)],
            Evidence = [.. alert.Evidence.Take(20)],
        };
    }

    static void Add(Dictionary<(string, string, long?), StoryRequest> requests, IReadOnlyList<EventRow> rows, string? link)
    {
        foreach (var row in rows)
        {
            var key = StoryRequest.KeyOf(row);
            if (requests.TryGetValue(key, out var known)) known.Join(row, link);
            else requests[key] = new StoryRequest(row, link);
        }
    }

    static List<string> Credentials(IEnumerable<string?> ids) => [.. ids.OfType<string>().Distinct(StringComparer.Ordinal).Take(MostCredentials + 1)];

    static (string Namespace, string Name)? ServiceAccount(string user)
    {
        const string prefix = "system:serviceaccount:";
        if (!user.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var parts = user[prefix.Length..].Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }
}
