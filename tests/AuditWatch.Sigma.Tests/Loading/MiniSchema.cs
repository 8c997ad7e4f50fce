using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AuditWatch.Sigma.Tests.Loading;

/// <summary>As much of JSON Schema 2020-12 as detections/schema.json uses; an unknown keyword is a fault, so that nothing goes unchecked.</summary>
internal sealed class MiniSchema(JsonNode root)
{
    static readonly string[] Notes = ["$schema", "title", "description", "default", "$defs"];

    /// <summary>The first fault, or null.</summary>
    public string? Fault(JsonNode? value) => Fault(root, value, "$");

    string? Fault(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is JsonValue flag) return flag.GetValue<bool>() ? null : $"{at} is not allowed";
        foreach (var (keyword, rule) in schema!.AsObject())
        {
            if (Notes.Contains(keyword)) continue;
            var fault = keyword switch
            {
                "$ref" => Fault(root["$defs"]![rule!.GetValue<string>()["#/$defs/".Length..]], value, at),
                "type" => (rule is JsonArray types ? types.Select(t => t!.GetValue<string>()) : [rule!.GetValue<string>()]).Any(t => Is(t, value)) ? null : $"{at} is not {rule.ToJsonString()}",
                "enum" => rule!.AsArray().Any(e => JsonNode.DeepEquals(e, value)) ? null : $"{at} is not one of {rule.ToJsonString()}",
                "pattern" => value is not JsonValue v || !Is("string", v) || Regex.IsMatch(v.GetValue<string>(), rule!.GetValue<string>()) ? null : $"{at} does not fit {rule}",
                "minLength" => !Is("string", value) || value!.GetValue<string>().Length >= rule!.GetValue<int>() ? null : $"{at} is too short",
                "maxLength" => !Is("string", value) || value!.GetValue<string>().Length <= rule!.GetValue<int>() ? null : $"{at} is too long",
                "minimum" => !Is("number", value) || Number(value) >= rule!.GetValue<int>() ? null : $"{at} is too small",
                "maximum" => !Is("number", value) || Number(value) <= rule!.GetValue<int>() ? null : $"{at} is too great",
                "minItems" => value is not JsonArray a || a.Count >= rule!.GetValue<int>() ? null : $"{at} has too few entries",
                "maxItems" => value is not JsonArray a || a.Count <= rule!.GetValue<int>() ? null : $"{at} has too many entries",
                "minProperties" => value is not JsonObject o || o.Count >= rule!.GetValue<int>() ? null : $"{at} has too few keys",
                "required" => value is not JsonObject o ? null : rule!.AsArray().Select(k => k!.GetValue<string>()).Where(k => !o.ContainsKey(k)).Select(k => $"{at} lacks {k}").FirstOrDefault(),
                "items" => value is not JsonArray a ? null : a.Select((e, i) => Fault(rule, e, $"{at}[{i}]")).FirstOrDefault(f => f is not null),
                "propertyNames" => value is not JsonObject o ? null : o.Select(p => Fault(rule, JsonValue.Create(p.Key), $"{at}, key {p.Key}")).FirstOrDefault(f => f is not null),
                "properties" or "patternProperties" => null,
                "additionalProperties" => null,
                "allOf" => rule!.AsArray().Select(s => Fault(s, value, at)).FirstOrDefault(f => f is not null),
                "anyOf" => rule!.AsArray().Select(s => Fault(s, value, at)).ToArray() is var faults && faults.Contains(null) ? null : faults[0],
                "oneOf" => rule!.AsArray().Count(s => Fault(s, value, at) is null) == 1 ? null : $"{at} is none, or several, of the kinds",
                "not" => Fault(rule, value, at) is null ? $"{at} is what it must not be" : null,
                _ => throw new NotSupportedException($"keyword {keyword}"),
            };
            if (fault is not null) return fault;
        }
        return value is JsonObject map ? Members(schema.AsObject(), map, at) : null;
    }

    string? Members(JsonObject schema, JsonObject map, string at)
    {
        foreach (var (key, member) in map)
        {
            var rules = new List<JsonNode?>();
            if (schema["properties"]?.AsObject() is { } named && named.ContainsKey(key)) rules.Add(named[key]);
            foreach (var (pattern, rule) in schema["patternProperties"]?.AsObject() ?? [])
                if (Regex.IsMatch(key, pattern)) rules.Add(rule);
            if (rules.Count == 0 && schema.ContainsKey("additionalProperties")) rules.Add(schema["additionalProperties"]);
            foreach (var rule in rules)
                if (Fault(rule, member, $"{at}.{key}") is { } fault) return fault;
        }
        return null;
    }

    static bool Is(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        _ => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
    };

    static double Number(JsonNode? value) => double.Parse(value!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
