using AuditWatch.Detection.Alerts;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Rules;

/// <summary>A rule as sightings and alerts name it: Sigma rule, counted table, or chain.</summary>
/// <param name="Rule">What an alert says of it.</param>
/// <param name="Level">informational, low, medium, high, critical.</param>
/// <param name="RaisesAlert">False for rules that only make sightings (<c>auditwatch: {alert: false}</c>).</param>
public sealed record RuleIdentity(AlertRule Rule, string Level, bool RaisesAlert)
{
    /// <summary>The rule's id.</summary>
    public string Id => Rule.Id;

    /// <summary>The rule's name, by which chains call it.</summary>
    public string Name => Rule.Name;

    internal static RuleIdentity Of(CompiledRule compiled)
    {
        var source = compiled.Source;
        return new(
            new AlertRule(source.Id, source.Name, source.Title, compiled.Revision, AttackTags.Techniques(source.Tags), AttackTags.Tactics(source.Tags)),
            source.Level, WantsAlert(source) is not false);
    }

    /// <summary>What the document says of alerts (<c>auditwatch: {alert: …}</c>); null when it says nothing.</summary>
    internal static bool? WantsAlert(SigmaDocument document) =>
        document.Custom.GetValueOrDefault("auditwatch") is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("alert") is { } alert
            ? alert as bool? ?? (bool.TryParse(alert as string, out var said) ? said : null)
            : null;
}
