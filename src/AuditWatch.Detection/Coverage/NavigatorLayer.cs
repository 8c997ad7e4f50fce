using System.Text.Json;

namespace AuditWatch.Detection.Coverage;

/// <summary>Coverage as a layer of the ATT&amp;CK Navigator: the score is the number of rules that alert.</summary>
public static class NavigatorLayer
{
    static readonly string[] Platforms = ["Containers", "IaaS"];
    static readonly string[] Colors = ["#ffffff", "#66b1ff"];

    /// <summary>The layer, as UTF-8.</summary>
    public static byte[] Write(AttackCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(coverage);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            name = "AuditWatch",
            versions = new { layer = "4.5" },
            domain = "enterprise-attack",
            description = "Rules and chains of AuditWatch by technique.",
            filters = new { platforms = Platforms },
            techniques = coverage.Techniques.Select(t => new
            {
                techniqueID = t.Technique,
                tactic = t.Tactic,
                score = t.Alerting.Count,
                comment = string.Join(", ", t.Alerting.Concat(t.Building)),
                enabled = true,
                showSubtechniques = t.Technique.Contains('.', StringComparison.Ordinal),
            }),
            gradient = new { colors = Colors, minValue = 0, maxValue = Math.Max(1, coverage.Techniques.Select(t => t.Alerting.Count).DefaultIfEmpty(0).Max()) },
        });
    }
}
