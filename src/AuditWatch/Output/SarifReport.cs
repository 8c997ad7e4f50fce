using System.Text.Json;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Output;

/// <summary>Lint findings as SARIF 2.1.0, which code hosts and editors show beside the line.</summary>
internal static class SarifReport
{
    public static byte[] ToUtf8(IReadOnlyList<Problem> problems)
    {
        var report = new Dictionary<string, object>
        {
            ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new[]
            {
                new
                {
                    tool = new { driver = new { name = "auditwatch", rules = problems.Select(p => p.Code).Distinct().Order(StringComparer.Ordinal).Select(code => new { id = code }) } },
                    results = problems.Select(Result),
                },
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(report);
    }

    static object Result(Problem problem) => new
    {
        ruleId = problem.Code,
        level = problem.Severity switch { ProblemSeverity.Error => "error", ProblemSeverity.Warning => "warning", _ => "note" },
        message = new { text = problem.Fix is null ? problem.Message : $"{problem.Message} {problem.Fix}" },
        locations = new[]
        {
            new
            {
                physicalLocation = new
                {
                    artifactLocation = new { uri = Path.IsPathRooted(problem.File) ? new Uri(problem.File).AbsoluteUri : Uri.EscapeDataString(problem.File).Replace("%2F", "/", StringComparison.Ordinal) },
                    // SARIF counts from 1; a finding about a whole file has its first line.
                    region = new { startLine = Math.Max(1, problem.Line), startColumn = Math.Max(1, problem.Column) },
                },
            },
        },
    };
}
