using System.Text;
using System.Text.Json;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Installs what the indexer needs, and only what is not there as it should be. What a server does not know is left out and named; anything else that fails, fails.</summary>
public sealed class ElasticsearchSetup(ElasticsearchConnection connection)
{
    const string Integration = "logs-kubernetes.audit_logs";
    readonly Dictionary<string, AssetChange> _done = [];
    readonly List<AssetOutcome> _outcomes = [];

    /// <summary>The smallest set of rights that the running server needs, as the body of <c>POST /_security/api_key</c>.</summary>
    public static string ApiKeyRequest(string dataStreamNamespace) =>
        $$"""
        {
          "name": "auditwatch-writer-{{dataStreamNamespace}}",
          "role_descriptors": { "writer": { "cluster": ["monitor"], "indices": [ {
            "names": ["logs-kubernetes.audit_logs-{{dataStreamNamespace}}", "logs-auditwatch.alert-{{dataStreamNamespace}}"],
            "privileges": ["create_doc", "read", "maintenance", "view_index_metadata"]
          }, {
            "names": ["auditwatch-triage-{{dataStreamNamespace}}"],
            "privileges": ["index", "read", "view_index_metadata"]
          } ] } }
        }
        """;

    /// <summary>Brings everything to where it should be; with <paramref name="dryRun"/> changes nothing and says what would be done.</summary>
    /// <exception cref="ElasticsearchFault">The server is out of reach, refuses us, or cannot take what we cannot do without.</exception>
    public async Task<IReadOnlyList<AssetOutcome>> RunAsync(bool dryRun, CancellationToken stop)
    {
        var hello = await connection.GetAsync("/", stop).ConfigureAwait(false);
        Check(hello, "say which version it is");
        CheckVersion(hello);
        var hasIntegration = (await ReadAsync($"/_index_template/{Integration}", stop).ConfigureAwait(false)).Status == 200;
        foreach (var asset in AssetCatalog.All)
        {
            if (hasIntegration && asset.Name == AssetCatalog.AuditTemplate)
            {
                LeaveOut(asset, $"Elastic's Kubernetes integration owns {Integration}-*; AuditWatch writes to its streams and adds its fields through {AssetCatalog.IntegrationHook.Name}");
                await InstallAsync(AssetCatalog.IntegrationHook, dryRun, stop).ConfigureAwait(false);
            }
            else await InstallAsync(asset, dryRun, stop).ConfigureAwait(false);
        }
        var changed = _outcomes.Any(o => o.Change is AssetChange.Created or AssetChange.Updated);
        foreach (var stream in new[] { connection.Place.AuditStream, connection.Place.AlertStream }) await StreamAsync(stream, changed, dryRun, stop).ConfigureAwait(false);
        await IndexAsync(connection.Place.TriageIndex, dryRun, stop).ConfigureAwait(false);
        return _outcomes;
    }

    // Written for 8.19 and 9.x. A newer one is believed to take it; what it does not know is left out as anywhere.
    void CheckVersion(ElasticsearchAnswer hello)
    {
        if (hello.Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("version", out var version)) return;
        var place = connection.Place.Url;
        var number = version.TryGetProperty("number", out var text) ? text.GetString() : null;
        if (version.TryGetProperty("distribution", out var distribution) && distribution.GetString() != "elasticsearch")
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"At {place} is {distribution.GetString()} {number}, which has no index.mode, ILM or lookup: AuditWatch writes to Elasticsearch 8.19 and 9.x only.");
        if (number is not null && Version.TryParse(number.Split('-')[0], out var parsed) && parsed < new Version(8, 19))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Elasticsearch at {place} is {number}; AuditWatch needs 8.19 or newer.");
    }

    async Task InstallAsync(Asset asset, bool dryRun, CancellationToken stop)
    {
        if (asset.Needs is { } needed && _done.GetValueOrDefault(needed) == AssetChange.LeftOut)
        {
            LeaveOut(asset, $"it names {needed}, which was left out");
            return;
        }
        if (asset.InsteadOf is { } better && _done.GetValueOrDefault(better) != AssetChange.LeftOut) return;
        var there = await connection.GetAsync(asset.Path, stop).ConfigureAwait(false);
        if (asset.IsOptional && IsUnknownThere(there))
        {
            LeaveOut(asset, there.Error.Reason);
            return;
        }
        if (there.Status != 404) Check(there, $"show the {asset.Kind} {asset.Name}");
        if (there.IsSuccess && Asset.HashOf(there.Json) == asset.Hash)
        {
            Did(asset, AssetChange.Unchanged);
            return;
        }
        if (!dryRun)
        {
            var answer = await connection.PutAsync(asset.Path, asset.BodyWithHash(), stop).ConfigureAwait(false);
            if (asset.IsOptional && IsUnknownThere(answer))
            {
                LeaveOut(asset, answer.Error.Reason);
                return;
            }
            Check(answer, $"take the {asset.Kind} {asset.Name}");
        }
        Did(asset, there.IsSuccess ? AssetChange.Updated : AssetChange.Created);
    }

    async Task StreamAsync(string name, bool changed, bool dryRun, CancellationToken stop)
    {
        var there = await ReadAsync($"/_data_stream/{name}", stop).ConfigureAwait(false);
        if (there.IsSuccess && !changed)
        {
            _outcomes.Add(new AssetOutcome("data stream", name, AssetChange.Unchanged));
            return;
        }
        // A stream takes new mappings with its next index only; lazily, so that an idle stream makes no empty one.
        if (!dryRun)
            Check(there.IsSuccess ? await connection.PostAsync($"/{name}/_rollover?lazy=true", null, stop).ConfigureAwait(false)
                : await connection.PutAsync($"/_data_stream/{name}", null, stop).ConfigureAwait(false), there.IsSuccess ? $"roll over {name}" : $"make the data stream {name}");
        _outcomes.Add(new AssetOutcome("data stream", name, there.IsSuccess ? AssetChange.RolledOver : AssetChange.Created));
    }

    // Rows are few and written over: an index of its own, which new fields are added to.
    async Task IndexAsync(string name, bool dryRun, CancellationToken stop)
    {
        const string mappings = "auditwatch-triage-mappings";
        var there = await ReadAsync($"/{name}/_settings", stop).ConfigureAwait(false);
        var isNew = _done.GetValueOrDefault(mappings) is AssetChange.Created or AssetChange.Updated;
        var change = !there.IsSuccess ? AssetChange.Created : isNew ? AssetChange.Updated : AssetChange.Unchanged;
        if (!dryRun && change == AssetChange.Created) Check(await connection.PutAsync($"/{name}", null, stop).ConfigureAwait(false), $"make the index {name}");
        if (!dryRun && change == AssetChange.Updated)
        {
            var fields = AssetCatalog.All.First(a => a.Name == mappings).Json.GetProperty("template").GetProperty("mappings");
            Check(await connection.PutAsync($"/{name}/_mapping", JsonSerializer.SerializeToUtf8Bytes(fields), stop).ConfigureAwait(false), $"add fields to {name}");
        }
        _outcomes.Add(new AssetOutcome("index", name, change));
    }

    async Task<ElasticsearchAnswer> ReadAsync(string path, CancellationToken stop)
    {
        var answer = await connection.GetAsync(path, stop).ConfigureAwait(false);
        if (answer.Status != 404) Check(answer, $"answer {path}");
        return answer;
    }

    void Did(Asset asset, AssetChange change)
    {
        _done[asset.Name] = change;
        _outcomes.Add(new AssetOutcome(asset.Kind, asset.Name, change));
    }

    void LeaveOut(Asset asset, string why)
    {
        _done[asset.Name] = AssetChange.LeftOut;
        _outcomes.Add(new AssetOutcome(asset.Kind, asset.Name, AssetChange.LeftOut, why));
    }

    void Check(ElasticsearchAnswer answer, string what)
    {
        if (answer.IsSuccess) return;
        var (type, reason) = answer.Error;
        var place = connection.Place.Url;
        throw answer.Status switch
        {
            0 => new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Elasticsearch at {place} is out of reach: {reason}"),
            401 => new ElasticsearchFault(ElasticsearchFaultKind.Refused, $"Elasticsearch at {place} wants a credential, or not this one, to {what}: {reason}. Give --api-key-file, or --username and --password-file."),
            403 => new ElasticsearchFault(ElasticsearchFaultKind.Refused,
                $"Elasticsearch at {place} does not let us {what}: {reason}. Setting up needs the cluster rights manage_index_templates, manage_ilm, manage_ingest_pipelines and monitor, and manage on logs-kubernetes.audit_logs-*, logs-auditwatch.alert-* and auditwatch-triage-*."),
            429 or >= 500 => new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Elasticsearch at {place} could not {what} ({answer.Status}): {reason}. Try again."),
            _ => new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Elasticsearch at {place} did not {what} ({answer.Status} {type}): {reason}"),
        };
    }

    // Only what says that the server does not know a thing: a right that is missing or a fault of the moment is none of it.
    static bool IsUnknownThere(ElasticsearchAnswer answer)
    {
        if (answer.Status is not (400 or 405 or 410)) return false;
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        string[] signs =
        [
            "no handler found", "Incorrect HTTP method", "not available when running in serverless mode", "No processor type exists", "mapper type [", "No handler for type", "unknown setting",
            "unknown field", "unknown index mode", "unknown parameter", "No enum constant", "unsupported", "Invalid index name",
        ];
        return signs.Any(sign => text.Contains(sign, StringComparison.OrdinalIgnoreCase));
    }
}
