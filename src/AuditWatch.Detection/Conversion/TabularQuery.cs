using System.Globalization;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Conversion;

/// <summary>Rules in languages whose own logic knows NULL: what the log cannot say is NULL, what an event does not have is false. Both SQL and ES|QL follow Kleene from there.</summary>
sealed class TabularQuery(IListSource lists, CompiledRule rule, HuntingLanguage language)
{
    static readonly string[] Understood = ["contains", "startswith", "endswith", "all", "neq", "exists", "expand", "lt", "lte", "gt", "gte"];

    bool IsSql => language == HuntingLanguage.Sql;

    public string Write(SigmaDetection detection)
    {
        var condition = Detection(detection);
        return IsSql ? $"SELECT * FROM events WHERE {condition}" : $"FROM logs-kubernetes.audit_logs-* | WHERE {condition}";
    }

    string Detection(SigmaDetection detection)
    {
        var selections = detection.Selections.ToDictionary(s => s.Name, StringComparer.Ordinal);
        return Join(" OR ", detection.Conditions.Select(c => Condition(c.Root)));

        string Condition(ConditionNode node) => node switch
        {
            ConditionName name => Ask(selections[name.Name].Body),
            ConditionNot not => $"NOT {Condition(not.Item)}",
            ConditionAnd and => Join(" AND ", and.Items.Select(Condition)),
            ConditionOr or => Join(" OR ", or.Items.Select(Condition)),
            ConditionOf { Count: 0 } all => Join(" AND ", all.Names.Select(n => Ask(selections[n].Body))),
            ConditionOf { Count: 1 } one => Join(" OR ", one.Names.Select(n => Ask(selections[n].Body))),
            _ => throw new HuntingRefusedException("More than one of several selections cannot be counted in a query.", detection.Conditions[0].Place.Line),
        };
    }

    string Ask(Criterion criterion) => criterion switch
    {
        AllOf all => Join(" AND ", all.Items.Select(Ask)),
        AnyOf any => Join(" OR ", any.Items.Select(Ask)),
        FieldTest test => Test(test),
        ArrayTest array => throw new HuntingRefusedException($"'{array.Field}' is asked element by element; what is searched keeps elements apart from each other.", array.Place.Line),
        KeywordTest words => throw new HuntingRefusedException("Keywords search the whole event, which is not kept for searching.", words.Place.Line),
        _ => throw new HuntingRefusedException("The construct has no equivalent.", criterion.Place.Line),
    };

    string Test(FieldTest test)
    {
        if (test.Modifiers.FirstOrDefault(m => !Understood.Contains(m)) is { } unknown) throw new HuntingRefusedException($"The modifier '{unknown}' has no exact equivalent.", test.Place.Line);
        var field = HuntingQuery.Field(test, rule, language);
        var column = IsSql ? field.Sql! : field.Esql ?? Elastic(field.Elastic!);
        var found = Predicate(test, field, column);
        var answer = field.IsLate ? Late(field, column, found) : found;
        return test.Modifiers.Contains("neq") || (test.Modifiers.Contains("exists") && test.Values[0].Text == "false") ? $"NOT {answer}" : answer;
    }

    // Before the answer nobody knows, unless it is there already.
    string Late(HuntingField field, string column, string found) => field.IsNeverAbsent ? IsSql ? $"CASE WHEN ({column}) IS NULL THEN NULL ELSE {found} END" : $"CASE(({column}) IS NULL, null, {found})"
        : IsSql
        ? $"CASE WHEN stage = 'RequestReceived' AND ({column}) IS NULL THEN NULL ELSE {found} END"
        : $"CASE(kubernetes.audit.stage == \"RequestReceived\" AND ({column}) IS NULL, null, {found})";

    string Predicate(FieldTest test, HuntingField field, string column)
    {
        if (test.Modifiers.Contains("exists") || (test.Values.Count == 1 && test.Values[0].Kind == SigmaScalarKind.Null))
        {
            if (field.Kind == HuntingKind.Texts) throw new HuntingRefusedException("An empty list and none are kept alike.", test.Place.Line);
            return test.Modifiers.Contains("exists") ? $"(({column}) IS NOT NULL)" : $"(({column}) IS NULL)";
        }

        var each = HuntingQuery.Values(test, lists).Select(v => Value(test, field, column, v)).ToList();
        return $"coalesce({Join(test.Modifiers.Contains("all") ? " AND " : " OR ", each)}, false)";
    }

    string Value(FieldTest test, HuntingField field, string column, string value)
    {
        switch (field.Kind)
        {
            case HuntingKind.Flag:
                return bool.TryParse(value, out var flag) && test.Modifiers.All(m => m == "neq") ? flag ? $"({column})" : $"NOT ({column})" : throw new HuntingRefusedException($"'{test.Field}' is true or false.", test.Place.Line);
            case HuntingKind.Number:
                if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || test.Modifiers.Any(m => m is "contains" or "startswith" or "endswith"))
                    throw new HuntingRefusedException($"'{test.Field}' is a number and is compared with a pattern.", test.Place.Line);
                var sign = test.Modifiers.FirstOrDefault(m => m is "lt" or "lte" or "gt" or "gte") switch { "lt" => "<", "lte" => "<=", "gt" => ">", "gte" => ">=", _ => IsSql ? "=" : "==" };
                return string.Create(CultureInfo.InvariantCulture, $"{column} {sign} {number}");
            default:
                if (test.Modifiers.Any(m => m is "lt" or "lte" or "gt" or "gte")) throw new HuntingRefusedException($"'{test.Field}' is a text and has no order.", test.Place.Line);
                var pattern = TextPattern.Of(value, test.Modifiers);
                if (field.Kind != HuntingKind.Texts) return Text(pattern, column);
                return $"len(list_filter({column}, x -> {Text(pattern, "x")})) > 0";
        }
    }

    string Text(TextPattern pattern, string column)
    {
        if (IsSql) return pattern.IsLiteral ? $"lower({column}) = {Sql(Lower(pattern.Literal))}" : $"lower({column}) LIKE {Sql(Lower(pattern.Write(c => c is '%' or '_' or '\\' ? "\\" + c : c.ToString(), "%", "_")))} ESCAPE '\\'";
        return pattern.IsLiteral ? $"TO_LOWER({column}) == {Quoted(Lower(pattern.Literal))}" : $"TO_LOWER({column}) LIKE {Quoted(Lower(pattern.Write(c => c is '*' or '?' or '\\' ? "\\" + c : c.ToString(), "*", "?")))}";
    }

    static string Join(string with, IEnumerable<string> parts)
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : "(" + string.Join(with, all) + ")";
    }

    static string Lower(string text) => text.ToLowerInvariant();

    static string Sql(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    static string Elastic(string field) => field.Contains('/', StringComparison.Ordinal) ? string.Join('.', field.Split('.').Select(p => p.Contains('/', StringComparison.Ordinal) ? $"`{p}`" : p)) : field;
}
