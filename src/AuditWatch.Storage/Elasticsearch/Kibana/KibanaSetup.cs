using System.Text;
using System.Text.Json;

namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>
/// Brings data views, saved searches and dashboards into a space. What is missing is created, what is as shipped is left alone, and what is otherwise stays as it
/// is unless overwriting was asked for: a dashboard that somebody changed is his.
/// </summary>
public sealed class KibanaSetup(KibanaConnection connection)
{
    readonly IReadOnlyList<SavedObject> _wanted = KibanaCatalog.For(connection.Place);

    /// <summary>Imports; with <paramref name="dryRun"/> only says what would be done.</summary>
    /// <exception cref="ElasticsearchFault">Kibana is out of reach, refuses us, or cannot take an object.</exception>
    public async Task<IReadOnlyList<KibanaOutcome>> RunAsync(bool overwrite, bool withPromotionRule, bool dryRun, CancellationToken stop)
    {
        await CheckPlaceAsync(stop).ConfigureAwait(false);
        var there = (await InstalledAsync(stop).ConfigureAwait(false)).ToDictionary(o => (o.Type, o.Id));
        var outcomes = new List<KibanaOutcome>();
        var send = new List<SavedObject>();
        foreach (var wanted in _wanted)
        {
            var differences = there.TryGetValue((wanted.Type, wanted.Id), out var installed) ? wanted.DifferencesTo(installed) : null;
            var change = differences switch { null => KibanaChange.Created, { Count: 0 } => KibanaChange.Unchanged, _ => overwrite ? KibanaChange.Overwritten : KibanaChange.Kept };
            if (change is KibanaChange.Created or KibanaChange.Overwritten) send.Add(wanted);
            outcomes.Add(new KibanaOutcome(KindOf(wanted.Type), wanted.Id, wanted.Title, change, differences ?? []));
        }
        if (send.Count > 0 && !dryRun) await ImportAsync(send, stop).ConfigureAwait(false);
        if (withPromotionRule) outcomes.Add(await PromoteAsync(overwrite, dryRun, stop).ConfigureAwait(false));
        return outcomes;
    }

    /// <summary>Our objects as the space has them now, as NDJSON that can be imported again.</summary>
    public async Task<string> ExportAsync(CancellationToken stop)
    {
        await CheckPlaceAsync(stop).ConfigureAwait(false);
        return KibanaCatalog.Write(await InstalledAsync(stop).ConfigureAwait(false));
    }

    async Task CheckPlaceAsync(CancellationToken stop)
    {
        var status = await connection.RootAsync("/api/status", stop).ConfigureAwait(false);
        connection.Check(status, "say which version it is");
        // Without a credential that counts, Kibana may tell its health and not its version.
        var number = status.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("version", out var version) && version.TryGetProperty("number", out var text) ? text.GetString() : null;
        if (number is not null && Version.TryParse(number.Split('-')[0], out var parsed) && parsed < new Version(8, 9))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Kibana at {connection.Place.Url} is {number}; the dashboards are written for 8.19 and 9.x, and Kibana before 8.9 cannot read them.");
        if (connection.Place.Space == "default") return;
        // Kibana writes into spaces that do not exist, where nobody would ever see it.
        var space = await connection.RootAsync($"/api/spaces/space/{connection.Place.Space}", stop).ConfigureAwait(false);
        if (space.Status == 404) throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Kibana at {connection.Place.Url} has no space '{connection.Place.Space}'. Make it under Stack Management > Spaces, or leave --space out.");
        connection.Check(space, $"show the space '{connection.Place.Space}'");
    }

    // An export of what is not there is refused with the names of what is missing, and asked for again without them.
    async Task<IReadOnlyList<SavedObject>> InstalledAsync(CancellationToken stop)
    {
        var ask = _wanted.Select(o => (o.Type, o.Id)).ToList();
        while (ask.Count > 0)
        {
            var answer = await connection.PostAsync("/api/saved_objects/_export",
                JsonSerializer.Serialize(new { objects = ask.Select(o => new { type = o.Type, id = o.Id }), includeReferencesDeep = false, excludeExportDetails = true }), stop).ConfigureAwait(false);
            if (answer.IsSuccess) return SavedObject.Read(Encoding.UTF8.GetString(answer.Body.Span));
            var missing = Missing(answer);
            if (ask.RemoveAll(missing.Contains) == 0) connection.Check(answer, "export saved objects");
        }
        return [];
    }

    static HashSet<(string, string)> Missing(ElasticsearchAnswer answer)
    {
        if (answer.Status != 400 || answer.Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("attributes", out var attributes) || !attributes.TryGetProperty("objects", out var objects)) return [];
        return [.. objects.EnumerateArray().Where(o => o.TryGetProperty("error", out var error) && error.TryGetProperty("statusCode", out var code) && code.GetInt32() == 404)
            .Select(o => (o.GetProperty("type").GetString()!, o.GetProperty("id").GetString()!))];
    }

    async Task ImportAsync(List<SavedObject> objects, CancellationToken stop)
    {
        var answer = await connection.UploadAsync("/api/saved_objects/_import?overwrite=true", KibanaCatalog.Write(objects), stop).ConfigureAwait(false);
        connection.Check(answer, "import saved objects");
        if (answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.True) return;
        throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Kibana at {connection.Place.Url} did not import everything: {Errors(answer)}. Nothing or only a part of it is there now; put that right and run this again.");
    }

    static string Errors(ElasticsearchAnswer answer)
    {
        if (answer.Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("errors", out var errors)) return "the answer is none that an import gives";
        return string.Join("; ", errors.EnumerateArray().Select(e =>
            $"{e.GetProperty("type").GetString()} {e.GetProperty("id").GetString()}: {e.GetProperty("error").GetProperty("type").GetString()}{(e.GetProperty("error").TryGetProperty("message", out var message) ? " " + message.GetString() : "")}"));
    }

    async Task<KibanaOutcome> PromoteAsync(bool overwrite, bool dryRun, CancellationToken stop)
    {
        var there = await connection.GetAsync($"/api/detection_engine/rules?rule_id={KibanaCatalog.PromotionRuleId}", stop).ConfigureAwait(false);
        if (there.Status != 404) connection.Check(there, "show detection rules (Elastic Security)");
        var change = !there.IsSuccess ? KibanaChange.Created : overwrite ? KibanaChange.Overwritten : KibanaChange.Kept;
        if (change != KibanaChange.Kept && !dryRun)
        {
            var answer = await connection.UploadAsync("/api/detection_engine/rules/_import?overwrite=true", KibanaCatalog.PromotionRule, stop).ConfigureAwait(false);
            connection.Check(answer, "import the promotion rule");
            if (answer.Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("success", out var success) || success.ValueKind != JsonValueKind.True)
                throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Kibana at {connection.Place.Url} did not take the promotion rule: {Encoding.UTF8.GetString(answer.Body.Span)}");
        }
        return new KibanaOutcome("detection rule", KibanaCatalog.PromotionRuleId, "AuditWatch alerts", change, []);
    }

    static string KindOf(string type) => type switch { "index-pattern" => "data view", "search" => "saved search", _ => type };
}
