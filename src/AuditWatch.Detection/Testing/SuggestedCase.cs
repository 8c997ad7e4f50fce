using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>A case that a rule lacks, proven: with it, questions count that no case depended on.</summary>
/// <param name="RuleName">The rule.</param>
/// <param name="File">The rule's test file.</param>
/// <param name="Like">The case whose event it starts from.</param>
/// <param name="Expect">fire, silent or unknown: what the rule says of it.</param>
/// <param name="Changes">Each a run of its own.</param>
public sealed record SuggestedCase(string RuleName, string File, string Like, string Expect, IReadOnlyList<SuggestedChange> Changes)
{
    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The case as an item of <c>cases</c>, ready to be appended to the test file.</summary>
    public string Yaml()
    {
        var text = new StringBuilder();
        text.Append("  - it: ").Append(Scalar($"{Words(Expect)} after one change to: {Like}")).Append('\n');
        text.Append("    like: ").Append(Scalar(Like)).Append('\n');
        text.Append("    but:\n");
        foreach (var change in Changes) text.Append("      - ").Append(change.Name ?? Flow(change.With)).Append('\n');
        return text.Append("    expect: ").Append(Expect).Append('\n').ToString();
    }

    static string Words(string expect) => expect switch { "fire" => "fires", "silent" => "stays silent", _ => "cannot tell" };

    static string Flow(JsonNode? node) => node switch
    {
        null => "~",
        JsonObject map => "{" + string.Join(", ", map.Select(m => $"{Scalar(m.Key)}: {Flow(m.Value)}")) + "}",
        JsonArray list => "[" + string.Join(", ", list.Select(Flow)) + "]",
        JsonValue value when value.TryGetValue<string>(out var text) => Scalar(text),
        _ => node.ToJsonString(),
    };

    // Plain where YAML takes it for nothing but text; otherwise in quotes.
    static string Scalar(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off")
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or '(' or ')' or '\'' or ';') && text[^1] != ' '
            ? text
            : text.Any(c => c < ' ') ? JsonSerializer.Serialize(text, Readable) : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
