using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>What Kibana would send for a panel, and its answer as rows: keys of the groups, then the numbers.</summary>
internal static class PanelQuestion
{
    /// <summary>The body of the search. <paramref name="interval"/> stands for what "auto" comes to.</summary>
    public static JsonObject Write(ShippedPanel panel, string interval)
    {
        var columns = panel.Columns.ToList();
        var numbers = new JsonObject();
        foreach (var (id, column) in columns.Where(c => !(bool)c.Column["isBucketed"]!))
            if (Number(column) is { } aggregation) numbers[id] = aggregation;
        var inside = numbers;
        foreach (var (id, column) in columns.Where(c => (bool)c.Column["isBucketed"]!).Reverse())
        {
            var bucket = Bucket(panel, column, interval);
            // What a group is ordered by is asked for on its own level too, as Kibana does.
            if ((string?)column["params"]!["orderBy"]?["columnId"] is { } by && numbers.ContainsKey(by) && !inside.ContainsKey(by)) inside[by] = numbers[by]!.DeepClone();
            if (inside.Count > 0) bucket["aggs"] = inside;
            inside = new JsonObject { [id] = bucket };
        }
        return new JsonObject { ["size"] = 0, ["track_total_hits"] = true, ["query"] = Kql.Parse(panel.Where).Query, ["aggs"] = inside };
    }

    static JsonObject Bucket(ShippedPanel panel, JsonObject column, string interval)
    {
        var (field, parameters) = ((string?)column["sourceField"], column["params"]!);
        switch ((string)column["operationType"]!)
        {
            case "date_histogram":
                return new JsonObject { ["date_histogram"] = new JsonObject { ["field"] = field, ["fixed_interval"] = interval, ["min_doc_count"] = 0 } };
            case "filters":
                var questions = new JsonObject();
                foreach (var question in parameters["filters"]!.AsArray()) questions[(string)question!["label"]!] = Kql.Parse((string)question["input"]!["query"]!).Query;
                return new JsonObject { ["filters"] = new JsonObject { ["filters"] = questions } };
            default:
                var by = (string)parameters["orderBy"]!["columnId"]!;
                var (operation, percentile) = ((string)panel.Layer["columns"]![by]!["operationType"]!, (int?)panel.Layer["columns"]![by]!["params"]!["percentile"]);
                var order = operation == "count" ? "_count" : percentile is null ? by : $"{by}.{percentile}";
                return new JsonObject { ["terms"] = new JsonObject { ["field"] = field, ["size"] = (int)parameters["size"]!, ["order"] = new JsonObject { [order] = (string)parameters["orderDirection"]! } } };
        }
    }

    static JsonObject? Number(JsonObject column)
    {
        var field = new JsonObject { ["field"] = (string?)column["sourceField"] };
        switch ((string)column["operationType"]!)
        {
            case "count":
                return null;
            case "unique_count":
                return new JsonObject { ["cardinality"] = field };
            case "average":
                return new JsonObject { ["avg"] = field };
            case "percentile":
                field["percents"] = new JsonArray((int)column["params"]!["percentile"]!);
                field["keyed"] = false;
                return new JsonObject { ["percentiles"] = field };
            case "last_value":
                var newest = new JsonObject { [(string)column["params"]!["sortField"]!] = new JsonObject { ["order"] = "desc" } };
                field["format"] = "epoch_millis";
                return new JsonObject { ["top_hits"] = new JsonObject { ["size"] = 1, ["sort"] = new JsonArray(newest), ["_source"] = false, ["docvalue_fields"] = new JsonArray(field) } };
            case var other:
                return new JsonObject { [other] = field };
        }
    }

    /// <summary>The rows of an answer.</summary>
    public static List<PanelRow> Read(ShippedPanel panel, JsonElement answer)
    {
        var columns = panel.Columns.ToList();
        var rows = new List<PanelRow>();
        Walk(answer.TryGetProperty("aggregations", out var all) ? all : default, answer.GetProperty("hits").GetProperty("total").GetProperty("value").GetDouble(), 0, []);
        return rows;

        void Walk(JsonElement bucket, double count, int depth, List<string> keys)
        {
            if (depth < columns.Count && (bool)columns[depth].Column["isBucketed"]!)
            {
                var buckets = bucket.GetProperty(columns[depth].Id).GetProperty("buckets");
                foreach (var (key, inner) in buckets.ValueKind == JsonValueKind.Object ? buckets.EnumerateObject().Select(b => (b.Name, b.Value)) : buckets.EnumerateArray().Select(b => (KeyOf(b), b)))
                    Walk(inner, inner.GetProperty("doc_count").GetDouble(), depth + 1, [.. keys, key]);
                return;
            }
            rows.Add(new PanelRow(keys, [.. columns.Skip(depth).Select(c => NumberOf(bucket, c.Id, c.Column, count))], count));
        }
    }

    static string KeyOf(JsonElement bucket) => bucket.TryGetProperty("key_as_string", out var text) ? text.GetString()! : bucket.GetProperty("key").ToString();

    static double? NumberOf(JsonElement bucket, string id, JsonObject column, double count)
    {
        var operation = (string)column["operationType"]!;
        if (operation == "count") return count;
        var value = bucket.GetProperty(id);
        if (operation == "last_value")
            return value.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(h => h.TryGetProperty("fields", out var f) ? f.GetProperty((string)column["sourceField"]!)[0].GetString() : null)
                .Select(t => t is null ? (double?)null : double.Parse(t, CultureInfo.InvariantCulture)).FirstOrDefault();
        value = operation == "percentile" ? value.GetProperty("values")[0].GetProperty("value") : value.GetProperty("value");
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
    }
}

/// <summary>One row of a panel's answer.</summary>
/// <param name="Keys">The values of its groups.</param>
/// <param name="Numbers">Its measures, in order.</param>
/// <param name="Documents">How many documents it stands for.</param>
internal sealed record PanelRow(IReadOnlyList<string> Keys, IReadOnlyList<double?> Numbers, double Documents);
