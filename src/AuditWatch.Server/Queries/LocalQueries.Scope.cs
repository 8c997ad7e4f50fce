using System.Text.Json;
using AuditWatch.Server.Access;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Who asks. Every question and every act goes through one of these: what is out of the asker's clusters does not exist for them.
public sealed partial class LocalQueries
{
    Asker _asker = Asker.Owner;

    ClusterScope Scope => _asker.Scope;

    /// <summary>The same stores, for one asker.</summary>
    internal LocalQueries For(Asker asker)
    {
        var theirs = (LocalQueries)MemberwiseClone();
        theirs._asker = asker;
        return theirs;
    }

    /// <summary>The cluster that a filter names.</summary>
    string? ClusterOf(Filters asked)
    {
        var cluster = asked.Text("cluster");
        return cluster is null || Scope.Sees(cluster) ? cluster : throw OutOfScope(cluster);
    }

    QueryFault OutOfScope(string cluster) => new($"{_asker.Name} may not ask this of the cluster '{cluster}'.", 403);

    void NeedsAllClusters(string why)
    {
        if (!Scope.IsAll) throw new QueryFault(why, 403);
    }

    /// <summary>Who is said to have done something: who is known by name does it in that name.</summary>
    string Who(string? by)
    {
        if (_asker.IsNamed) return _asker.Name;
        return by is null ? _asker.Via : by.Length is > 0 and <= 256 ? by : throw new QueryFault("'by' must have 1 to 256 characters.");
    }

    async Task<StoredAlert?> FindAlertAsync(string id, CancellationToken stop) => await _state.FindAlertAsync(id, stop) is { } alert && Scope.Sees(alert.Alert.Cluster) ? alert : null;

    async Task<StoredIncident?> FindIncidentAsync(string id, CancellationToken stop) => await _state.FindIncidentAsync(id, stop) is { } incident && Scope.Sees(incident.Incident.Cluster) ? incident : null;

    // A bulk change is seen by those who may see every cluster that it could have reached.
    bool Sees(TriageJob job)
    {
        if (Scope.IsAll) return true;
        using var filters = JsonDocument.Parse(job.Query);
        return Named("cluster") ?? Named("clusters") ?? false;

        bool? Named(string key) => filters.RootElement.TryGetProperty(key, out var named) ? named.GetString()!.Split(' ').All(Scope.Sees) : null;
    }

    // What the job's filters do not say of clusters, the asker's scope does.
    string FiltersOf(IReadOnlyDictionary<string, string> filters) => JsonSerializer.Serialize(
        Scope.Names is { } names && !filters.ContainsKey("cluster") ? filters.Append(new("clusters", string.Join(' ', names))).ToDictionary() : filters);
}
