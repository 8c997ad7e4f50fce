using System.Text;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Conversion;

/// <summary>
/// Rules in Lucene's syntax, which knows true and false only: every part is written twice, as what makes it certainly true and as what makes it certainly false, so that
/// "not" of something nobody knows finds nothing.
/// </summary>
sealed class LuceneQuery(IListSource lists, CompiledRule rule)
{
    static readonly string[] Understood = ["contains", "startswith", "endswith", "all", "neq", "exists", "expand"];

    /// <summary>What makes it certainly true, and what makes it certainly false.</summary>
    sealed record Both(string Yes, string No)
    {
        public Both Not() => new(No, Yes);
    }

    public string Write(SigmaDetection detection) => Any(detection.Conditions.Select(c => Condition(c.Root, detection))).Yes;

    Both Condition(ConditionNode node, SigmaDetection detection) => node switch
    {
        ConditionName name => Selection(name.Name, detection),
        ConditionNot not => Condition(not.Item, detection).Not(),
        ConditionAnd and => All(and.Items.Select(i => Condition(i, detection))),
        ConditionOr or => Any(or.Items.Select(i => Condition(i, detection))),
        ConditionOf { Count: 0 } all => All(all.Names.Select(n => Selection(n, detection))),
        ConditionOf { Count: 1 } one => Any(one.Names.Select(n => Selection(n, detection))),
        _ => throw new HuntingRefusedException("More than one of several selections cannot be counted in a query.", detection.Conditions[0].Place.Line),
    };

    Both Selection(string name, SigmaDetection detection) => Ask(detection.Selections.First(s => s.Name == name).Body);

    Both Ask(Criterion criterion) => criterion switch
    {
        AllOf all => All(all.Items.Select(Ask)),
        AnyOf any => Any(any.Items.Select(Ask)),
        FieldTest test => Test(test),
        ArrayTest array => throw new HuntingRefusedException($"'{array.Field}' is asked element by element; documents keep all elements in one.", array.Place.Line),
        KeywordTest words => throw new HuntingRefusedException("Keywords search the whole event, which is not indexed as one text.", words.Place.Line),
        _ => throw new HuntingRefusedException("The construct has no equivalent.", criterion.Place.Line),
    };

    Both Test(FieldTest test)
    {
        if (test.Modifiers.FirstOrDefault(m => !Understood.Contains(m)) is { } unknown) throw new HuntingRefusedException($"The modifier '{unknown}' has no exact equivalent.", test.Place.Line);
        var field = HuntingQuery.Field(test, rule, HuntingLanguage.Lucene);
        if (field.LuceneFlag is not null) return Flag(test, field);
        if (field.Kind == HuntingKind.Texts && (test.Modifiers.Contains("exists") || test.Values.Any(v => v.Kind == SigmaScalarKind.Null)))
            throw new HuntingRefusedException("An empty list and none are kept alike.", test.Place.Line);
        var name = Escaped(field.Lucene ?? field.Elastic!);
        var isThere = $"_exists_:{name}";
        string found;
        if (test.Modifiers.Contains("exists")) found = isThere;
        else if (test.Values is [{ Kind: SigmaScalarKind.Null }]) found = Minus(isThere);
        else found = Group(test.Modifiers.Contains("all") ? " AND " : " OR ", HuntingQuery.Values(test, lists).Select(v => $"{name}:{Value(test, field, v)}"));
        var isKnown = field.LuceneKnown ?? (field.IsLate ? $"({isThere} OR {Minus("kubernetes.audit.stage:RequestReceived")})" : null);
        // A null test is true of what is not there, if that is certain.
        var yes = isKnown is null || !field.IsNeverAbsent && !found.StartsWith("(*:*", StringComparison.Ordinal) ? found : $"({found} AND {isKnown})";
        var no = isKnown is null ? Minus(found) : $"({Minus(found)} AND {isKnown})";
        var both = new Both(yes, no);
        return test.Modifiers.Contains("neq") || (test.Modifiers.Contains("exists") && test.Values[0].Text == "false") ? both.Not() : both;
    }

    // What no field says outright.
    static Both Flag(FieldTest test, HuntingField field)
    {
        if (test.Modifiers.Any(m => m != "neq") || test.Values is not [{ Kind: not SigmaScalarKind.Null } value] || !bool.TryParse(value.Text, out var wanted))
            throw new HuntingRefusedException($"'{test.Field}' is true or false.", test.Place.Line);
        var both = new Both(field.LuceneFlag!, field.LuceneKnown is { } known ? $"({Minus(field.LuceneFlag!)} AND {known})" : Minus(field.LuceneFlag!));
        return wanted != test.Modifiers.Contains("neq") ? both : both.Not();
    }

    static string Value(FieldTest test, HuntingField field, string value)
    {
        if (field.Kind == HuntingKind.Flag) return bool.TryParse(value, out var flag) ? flag ? "true" : "false" : throw new HuntingRefusedException($"'{test.Field}' is true or false.", test.Place.Line);
        if (field.Kind == HuntingKind.Number) return value.All(char.IsAsciiDigit) && value.Length > 0 ? value : throw new HuntingRefusedException($"'{test.Field}' is a number and is compared with a pattern.", test.Place.Line);
        var pattern = TextPattern.Of(value, test.Modifiers);
        if (field.IsExact)
        {
            // Stage and level are written with capitals; everything else of one spelling in lower case.
            var written = IsWord(field) ? pattern.Literal : pattern.Literal.ToLowerInvariant();
            return pattern.IsLiteral
                ? $"\"{written.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
                : pattern.Write(c => Escaped(char.ToLowerInvariant(c).ToString()), "*", "?");
        }

        // Keyword fields know case; a regular expression says both.
        return "/" + pattern.Write(Cased, ".*", ".") + "/";
    }

    static bool IsWord(HuntingField field) => field.Elastic is "kubernetes.audit.stage" or "kubernetes.audit.level";

    static string Cased(char c)
    {
        var (lower, upper) = (char.ToLowerInvariant(c), char.ToUpperInvariant(c));
        if (lower != upper) return $"[{lower}{upper}]";
        return char.IsAsciiLetterOrDigit(c) || c > 127 ? c.ToString() : "\\" + c;
    }

    static string Escaped(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if ("+-=&|><!(){}[]^\"~*?:\\/ ".Contains(c, StringComparison.Ordinal)) safe.Append('\\');
            safe.Append(c);
        }

        return safe.ToString();
    }

    static string Minus(string query) => $"(*:* AND NOT {query})";

    static Both All(IEnumerable<Both> parts)
    {
        var all = parts.ToList();
        return new(Group(" AND ", all.Select(p => p.Yes)), Group(" OR ", all.Select(p => p.No)));
    }

    static Both Any(IEnumerable<Both> parts) => All(parts.Select(p => p.Not())).Not();

    static string Group(string with, IEnumerable<string> parts)
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : "(" + string.Join(with, all) + ")";
    }
}
