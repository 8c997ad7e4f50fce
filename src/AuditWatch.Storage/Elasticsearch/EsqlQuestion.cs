using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Passes an ES|QL statement and its parameters through to Elasticsearch. Nothing of either is understood here; parameters keep text of others out of the statement.</summary>
public sealed class EsqlQuestion(ElasticsearchConnection connection)
{
    /// <summary>The rows as JSON objects by column, and whether some part of the cluster did not answer.</summary>
    /// <exception cref="ElasticsearchFault">The statement is refused, or the server is out of reach.</exception>
    public async Task<(IReadOnlyList<byte[]> Rows, bool IsPartial)> AskAsync(string statement, IReadOnlyList<(string Name, JsonNode? Value)> parameters, CancellationToken stop)
    {
        var body = new JsonObject { ["query"] = statement };
        if (parameters.Count > 0) body["params"] = new JsonArray([.. parameters.Select(p => new JsonObject { [p.Name] = p.Value?.DeepClone() })]);
        var answer = await connection.PostAsync("/_query?format=json", JsonSerializer.SerializeToUtf8Bytes(body), stop).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            var (type, reason) = answer.Error;
            throw answer.Status switch
            {
                0 or 429 or >= 500 => new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Elasticsearch at {connection.Place.Url} did not answer: {reason}"),
                401 or 403 => new ElasticsearchFault(ElasticsearchFaultKind.Refused, $"Elasticsearch at {connection.Place.Url} does not let us ask: {reason}"),
                _ => new ElasticsearchFault(ElasticsearchFaultKind.Unusable, string.Create(CultureInfo.InvariantCulture, $"Elasticsearch refused the statement ({answer.Status} {type}): {reason}")),
            };
        }
        using var json = JsonDocument.Parse(answer.Body);
        var root = json.RootElement;
        var names = Unique(root.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()!));
        var rows = new List<byte[]>();
        foreach (var values in root.GetProperty("values").EnumerateArray())
        {
            using var row = new MemoryStream();
            using (var writer = new Utf8JsonWriter(row))
            {
                writer.WriteStartObject();
                var column = 0;
                foreach (var value in values.EnumerateArray())
                {
                    writer.WritePropertyName(names[column++]);
                    value.WriteTo(writer);
                }
                writer.WriteEndObject();
            }
            rows.Add(row.ToArray());
        }
        return (rows, root.TryGetProperty("is_partial", out var partial) && partial.ValueKind == JsonValueKind.True);
    }

    static List<string> Unique(IEnumerable<string> columns)
    {
        var names = new List<string>();
        foreach (var column in columns)
        {
            var name = column;
            for (var n = 2; names.Contains(name); n++) name = string.Create(CultureInfo.InvariantCulture, $"{column}_{n}");
            names.Add(name);
        }
        return names;
    }
}
