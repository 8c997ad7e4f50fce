using System.Text.Json;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Findings as SARIF 2.1.0, which code hosts show beside the lines.</summary>
public static class SarifReport
{
    /// <summary>One run, one result per finding, as UTF-8.</summary>
    public static ReadOnlySpan<byte> Write(IReadOnlyList<Problem> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            Tool(json, findings);
            json.WriteStartArray("results");
            foreach (var finding in findings) Result(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A severity as findings spell it.</summary>
    public static string Word(ProblemSeverity severity) => severity switch { ProblemSeverity.Error => "error", ProblemSeverity.Warning => "warning", _ => "info" };

    static void Tool(Utf8JsonWriter json, IReadOnlyList<Problem> findings)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "auditwatch");
        json.WriteStartArray("rules");
        foreach (var code in findings.Select(f => f.Code).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Result(Utf8JsonWriter json, Problem finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteString("level", finding.Severity == ProblemSeverity.Info ? "note" : Word(finding.Severity));
        json.WriteStartObject("message");
        json.WriteString("text", finding.Fix is null ? finding.Message : finding.Message + " " + finding.Fix);
        json.WriteEndObject();
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(finding.File));
        json.WriteEndObject();
        // SARIF counts from 1; a finding about a whole file has no region.
        if (finding.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", finding.Line);
            if (finding.Column > 0) json.WriteNumber("startColumn", finding.Column);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        Fixes(json, finding);
        json.WriteEndObject();
    }

    static void Fixes(Utf8JsonWriter json, Problem finding)
    {
        if (RuleFixes.For(finding) is not { Count: > 0 } edits) return;
        json.WriteStartArray("fixes");
        json.WriteStartObject();
        json.WriteStartObject("description");
        json.WriteString("text", finding.Fix ?? finding.Message);
        json.WriteEndObject();
        json.WriteStartArray("artifactChanges");
        json.WriteStartObject();
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(finding.File));
        json.WriteEndObject();
        json.WriteStartArray("replacements");
        foreach (var edit in edits)
        {
            json.WriteStartObject();
            json.WriteStartObject("deletedRegion");
            json.WriteNumber("startLine", edit.Line);
            json.WriteNumber("startColumn", edit.Column);
            json.WriteNumber("endLine", edit.EndLine);
            json.WriteNumber("endColumn", edit.EndColumn);
            json.WriteEndObject();
            json.WriteStartObject("insertedContent");
            json.WriteString("text", edit.Text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // Relative paths stay so: a code host resolves them against the repository.
    static string Uri(string file) => Path.IsPathRooted(file) ? new Uri(file).AbsoluteUri : string.Join('/', file.Split(Path.DirectorySeparatorChar).Select(System.Uri.EscapeDataString));
}
