using System.Globalization;
using AuditWatch.Sigma.Extensions;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads <c>metrics</c> in the <c>auditwatch</c> block of a correlation.</summary>
internal sealed class MetricParser(ProblemList problems)
{
    const int Most = 8, MostRules = 64;

    static readonly string[] Keys = ["rule", "field", .. CorrelationParser.Operators];

    public IReadOnlyList<Metric> Read(YamlMap block, SigmaCorrelation correlation)
    {
        if (block.Find("metrics") is not { } found) return [];
        if (found is not YamlList { Items.Count: > 0 } list)
        {
            problems.Error(Codes.WrongType, found.Place, $"'metrics' must be a list of maps, not {(found is YamlList ? "empty" : found.Noun)}.", "Write for instance '- {field: source, gte: 3}'.");
            return [];
        }

        if (correlation.IsTemporal || block.Find("first_seen") is not null)
            Misused(found.Place, "'metrics' belongs to what is counted.", "Use event_count, value_count or another of the counted types.");
        if (list.Items.Count > Most) Misused(found.Place, $"A correlation takes at most {Most} metrics.", "Make two correlations, and a temporal one over them.");
        if (correlation.Rules.Count > MostRules) Misused(found.Place, $"A correlation with metrics speaks of at most {MostRules} rules.", "Name fewer.");
        return [.. list.Items.Select(i => One(i, correlation)).OfType<Metric>()];
    }

    Metric? One(YamlValue item, SigmaCorrelation correlation)
    {
        if (item is not YamlMap map)
        {
            problems.Error(Codes.WrongType, item.Place, $"A metric must be a map, not {item.Noun}.", "Write for instance '- {field: source, gte: 3}'.");
            return null;
        }

        string? rule = null, field = null;
        var bounds = new List<CorrelationBound>();
        foreach (var (key, value) in map.Items)
        {
            if (!Keys.Contains(key.Text))
                problems.Error(Codes.UnknownKey, key.Place, $"'{key.Text}' is no key of a metric.", Suggestion.For(key.Text, Keys) is { } near ? $"Did you mean '{near}'?" : $"Keys: {string.Join(", ", Keys)}.");
            else if (value is not YamlScalar { Text.Length: > 0 } text) problems.Error(Codes.WrongType, value.Place, $"'{key.Text}' must be one value.", null);
            else if (key.Text == "rule") rule = text.Text;
            else if (key.Text == "field") field = text.Text;
            else if (text.ToSigma() is { Kind: SigmaScalarKind.Number } number) bounds.Add(new(key.Text, double.Parse(number.Text, CultureInfo.InvariantCulture)));
            else problems.Error(Codes.CorrelationCondition, value.Place, $"'{key.Text}' needs a number.", null);
        }

        if (rule is null && field is null) Misused(map.Place, "The metric does not say of what.", "Say 'rule' (how often it matched), 'field' (how many values of it), or both.");
        if (rule is not null && !correlation.Rules.Contains(rule)) Misused(map.Find("rule")!.Place, $"'{rule}' is none of the correlation's rules.", "Name rules as 'rules' does.");
        if (!map.Items.Any(i => CorrelationParser.Operators.Contains(i.Key.Text))) Misused(map.Place, "The metric compares with no number.", "Add for instance 'gte: 3'.");
        return new Metric(rule, field, bounds);
    }

    void Misused(Place place, string message, string fix) => problems.Error(Codes.Extension, place, message, fix);
}
