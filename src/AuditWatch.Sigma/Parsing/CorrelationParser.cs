using System.Globalization;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads the <c>correlation</c> block.</summary>
internal sealed class CorrelationParser(YamlMap body, YamlMap document, ProblemList problems)
{
    static readonly Dictionary<string, CorrelationType> Types = new(StringComparer.Ordinal)
    {
        ["event_count"] = CorrelationType.EventCount,
        ["value_count"] = CorrelationType.ValueCount,
        ["temporal"] = CorrelationType.Temporal,
        ["temporal_ordered"] = CorrelationType.TemporalOrdered,
        ["value_sum"] = CorrelationType.ValueSum,
        ["value_avg"] = CorrelationType.ValueAvg,
        ["value_percentile"] = CorrelationType.ValuePercentile,
        ["value_median"] = CorrelationType.ValueMedian,
    };
    static readonly string[] Keys = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "field"];
    internal static readonly string[] Operators = ["gt", "gte", "lt", "lte", "eq", "neq"];

    readonly DocumentHead _head = new(document, problems);

    /// <summary>A correlation without its head; null when something was wrong.</summary>
    public SigmaCorrelation? Parse()
    {
        var before = problems.Errors;
        foreach (var (key, _) in body.Items)
            if (!Keys.Contains(key.Text))
                problems.Error(Codes.UnknownKey, key.Place, $"'{key.Text}' is no key of a correlation.", Suggestion.For(key.Text, Keys) is { } near ? $"Did you mean '{near}'?" : $"Keys: {string.Join(", ", Keys)}.");
        var type = Type();
        var rules = _head.Names(body, "rules");
        if (rules.Count == 0 && body.Find("condition") is not YamlScalar)
            problems.Error(Codes.CorrelationRules, body.Place, "The correlation names no rules.", "Add 'rules:' with names or ids.");
        if (rules.Distinct(StringComparer.Ordinal).Count() < rules.Count && type != CorrelationType.TemporalOrdered)
            problems.Error(Codes.CorrelationRules, body.Find("rules")!.Place, "A rule stands twice in 'rules'.", "Name each rule once.");
        var (bounds, condition, percentile, fields) = Condition(type, ref rules);
        var groupBy = _head.Names(body, "group-by");
        var draft = new SigmaCorrelation
        {
            File = "",
            Line = 0,
            Id = "",
            Name = "",
            Title = "",
            Type = type,
            Rules = rules,
            GroupBy = groupBy,
            Timespan = Timespan(),
            Fields = fields,
            Bounds = bounds,
            Condition = condition,
            Percentile = percentile,
            Aliases = Aliases(rules, groupBy),
            Generate = Generate(),
        };
        return problems.Errors == before ? draft : null;
    }

    CorrelationType Type()
    {
        if (body.Find("type") is YamlScalar text && Types.TryGetValue(text.Text, out var type)) return type;
        problems.Error(Codes.CorrelationType, body.Find("type")?.Place ?? body.Place, "The type of the correlation is missing or unknown.", $"Use one of: {string.Join(", ", Types.Keys)}.");
        return default;
    }

    TimeSpan Timespan()
    {
        if (body.Find("timespan") is not YamlScalar text)
            problems.Error(Codes.Timespan, body.Find("timespan")?.Place ?? body.Place, "The correlation has no 'timespan'.", "Add for instance 'timespan: 10m'.");
        else if (TryTimespan(text.Text, out var span)) return span;
        else problems.Error(Codes.Timespan, text.Place, $"'{text.Text}' is no timespan.", "Write a whole number and s, m, h, d or w, for instance 10m; at most 366 days.");
        return default;
    }

    internal static bool TryTimespan(string text, out TimeSpan span)
    {
        span = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return false;
        var unit = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        if (unit == 0 || unit * number > 366L * 86400) return false;
        span = TimeSpan.FromSeconds(unit * number);
        return true;
    }

    (IReadOnlyList<CorrelationBound>, SigmaCondition?, double?, IReadOnlyList<string>) Condition(CorrelationType type, ref IReadOnlyList<string> rules)
    {
        var temporal = type is CorrelationType.Temporal or CorrelationType.TemporalOrdered;
        var written = body.Find("condition");
        if (written is YamlScalar text)
        {
            if (!temporal)
            {
                problems.Error(Codes.CorrelationCondition, text.Place, "A condition in words belongs to temporal and temporal_ordered.", "Write a map, for instance 'gte: 10'.");
                return ([], null, null, []);
            }
            if (rules.Count == 0) rules = [.. NamesIn(text.Text)];
            return ([], ConditionParser.Parse(text.Text, rules.ToArray(), text.Place, problems, "rule") is { } root ? new(text.Text, root, text.Place) : null, null, Fields(type, null));
        }
        if (written is null)
        {
            if (!temporal) problems.Error(Codes.CorrelationCondition, body.Place, "The correlation has no 'condition'.", "Add for instance 'condition: {gte: 10}'.");
            return ([], null, null, Fields(type, null));
        }
        if (written is not YamlMap map)
        {
            problems.Error(Codes.WrongType, written.Place, $"'condition' must be a map, not {written.Noun}.", null);
            return ([], null, null, []);
        }
        if (temporal && map.Items.Any(i => i.Key.Text != "field"))
            problems.Error(Codes.CorrelationCondition, map.Place, "A temporal correlation has no number to compare.", "Leave the condition out, or write it over rule names: 'condition: a and not b'.");
        var before = problems.Errors;
        var bounds = new List<CorrelationBound>();
        double? percentile = null;
        foreach (var (key, value) in map.Items)
        {
            if (key.Text == "field") continue;
            var isPercentile = key.Text == "percentile" && type == CorrelationType.ValuePercentile;
            if (!isPercentile && !Operators.Contains(key.Text))
                problems.Error(Codes.CorrelationCondition, key.Place, $"'{key.Text}' is no operator.", $"Use {string.Join(", ", Operators)}.");
            else if (value is not YamlScalar scalar || scalar.ToSigma() is not { Kind: SigmaScalarKind.Number } number)
                problems.Error(Codes.CorrelationCondition, value.Place, $"'{key.Text}' needs a number.", null);
            else if (isPercentile) percentile = double.Parse(number.Text, CultureInfo.InvariantCulture);
            else bounds.Add(new(key.Text, double.Parse(number.Text, CultureInfo.InvariantCulture)));
        }
        if (percentile is < 0 or > 100) problems.Error(Codes.CorrelationCondition, map.Find("percentile")!.Place, "A percentile lies between 0 and 100.", null);
        if (!temporal && bounds.Count == 0 && problems.Errors == before) problems.Error(Codes.CorrelationCondition, map.Place, "The condition compares with no number.", "Add for instance 'gte: 10'.");
        return (bounds, null, percentile, Fields(type, map));
    }

    IReadOnlyList<string> Fields(CorrelationType type, YamlMap? condition)
    {
        var holder = condition?.Find("field") is not null ? condition : body;
        var fields = _head.Names(holder, "field");
        var needed = type is not (CorrelationType.EventCount or CorrelationType.Temporal or CorrelationType.TemporalOrdered);
        if (needed && fields.Count == 0)
            problems.Error(Codes.CorrelationField, holder.Place, "This type of correlation needs a 'field'.", "Add 'field:' to the condition.");
        if (!needed && fields.Count > 0)
            problems.Error(Codes.CorrelationField, holder.Find("field")!.Place, "This type of correlation counts matches, not values of a field.", "Remove 'field', or use value_count.");
        if (needed && type != CorrelationType.ValueCount && fields.Count > 1)
            problems.Error(Codes.CorrelationField, holder.Find("field")!.Place, "Only value_count takes several fields.", "Name one field.");
        return fields;
    }

    Dictionary<string, IReadOnlyDictionary<string, string>> Aliases(IReadOnlyList<string> rules, IReadOnlyList<string> groupBy)
    {
        var aliases = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (body.Find("aliases") is not { } found) return aliases;
        if (found is not YamlMap map)
        {
            problems.Error(Codes.Aliases, found.Place, "'aliases' must be a map of alias, rule and field.", "Write 'aliases: {user: {rule_a: user.username, rule_b: aw.owner}}'.");
            return aliases;
        }
        foreach (var (alias, value) in map.Items)
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (rule, field) in (value as YamlMap)?.Items ?? [])
            {
                if (field is YamlScalar { Text.Length: > 0 } path) fields[rule.Text] = path.Text;
                else problems.Error(Codes.Aliases, field.Place, "An alias names a field for each rule.", null);
                if (!rules.Contains(rule.Text)) problems.Error(Codes.Aliases, rule.Place, $"The alias names the rule '{rule.Text}', which is not one of the correlation's.", "Name rules as 'rules' does.");
            }
            if (fields.Count == 0) problems.Error(Codes.Aliases, value.Place, $"The alias '{alias.Text}' names no field.", "Write 'rule name: field'.");
            if (!groupBy.Contains(alias.Text)) problems.Warning(Codes.Aliases, alias.Place, $"The alias '{alias.Text}' is not used in 'group-by'.", null);
            aliases[alias.Text] = fields;
        }
        return aliases;
    }

    bool Generate()
    {
        if (body.Find("generate") is not { } found) return false;
        if (found is YamlScalar scalar && scalar.ToSigma() is { Kind: SigmaScalarKind.Boolean } value) return value.Text == "true";
        problems.Error(Codes.BadValue, found.Place, "'generate' must be true or false.", null);
        return false;
    }

    static IEnumerable<string> NamesIn(string condition) =>
        condition.Split([' ', '(', ')', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Where(w => !ConditionParser.IsKeyword(w) && !w.Contains('*') && !char.IsAsciiDigit(w[0])).Distinct(StringComparer.Ordinal);
}
