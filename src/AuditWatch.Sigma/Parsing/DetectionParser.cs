using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads a <c>detection</c> (or <c>filter</c>, or the extended body of an array block): named selections and their condition.</summary>
internal sealed class DetectionParser(ProblemList problems)
{
    public const int MaxValues = 50_000;

    /// <summary>Null when something was wrong; every fault in it has been reported.</summary>
    public SigmaDetection? Parse(YamlMap map, IReadOnlyCollection<string> otherKeys, bool inArray = false)
    {
        var before = problems.Errors;
        var selections = new List<SigmaSelection>();
        foreach (var (key, value) in map.Items)
        {
            if (key.Text == "condition" || otherKeys.Contains(key.Text)) continue;
            if (key.Text == "timeframe")
            {
                problems.Error(Codes.Aggregation, key.Place, "'timeframe' belonged to the old aggregations.", "Write a correlation document with a 'timespan'.");
                continue;
            }
            if (!IsName(key.Text))
            {
                problems.Error(Codes.SelectionName, key.Place, $"'{key.Text}' cannot be the name of a selection.", "Use letters, digits, '_' and '-', and none of and, or, not, of, them.");
                continue;
            }
            if (ParseBody(value, inArray) is { } body) selections.Add(new(key.Text, body, key.Place));
        }
        var conditions = ParseConditions(map, selections, sound: problems.Errors == before);
        if (problems.Errors > before) return null;
        WarnOfUnused(selections, conditions);
        return new(selections, conditions);
    }

    List<SigmaCondition> ParseConditions(YamlMap map, List<SigmaSelection> selections, bool sound)
    {
        var found = new List<SigmaCondition>();
        var names = selections.Select(s => s.Name).ToArray();
        if (map.Find("condition") is not { } written)
        {
            problems.Error(Codes.MissingKey, map.Place, "There is no 'condition'.", "Add for instance 'condition: selection'.");
            return found;
        }
        if (selections.Count == 0 && sound)
            problems.Error(Codes.MissingKey, map.Place, "There is no selection.", "Add for instance 'selection:' with a field and a value.");
        var items = written is YamlList list ? list.Items : [written];
        if (items.Count == 0) problems.Error(Codes.ConditionSyntax, written.Place, "The list of conditions is empty.", "Write one condition.");
        foreach (var item in items)
        {
            if (item is not YamlScalar { Text.Length: > 0 } text)
                problems.Error(Codes.WrongType, item.Place, $"A condition must be a text, not {item.Noun}.", "Write for instance 'condition: selection and not filter'.");
            // When a selection was refused its name is missing, and "unknown selection" would only mislead.
            else if (sound && ConditionParser.Parse(text.Text, names, text.Place, problems) is { } root)
                found.Add(new(text.Text, root, text.Place));
        }
        return found;
    }

    /// <summary>The body of a selection: a map, a list of maps or keywords, or one keyword.</summary>
    public Criterion? ParseBody(YamlValue value, bool inArray)
    {
        switch (value)
        {
            case YamlMap map:
                return ParseMap(map, inArray);
            case YamlScalar scalar:
                return inArray ? (Criterion?)Item(".", [], scalar, scalar.Place) : Keywords([], scalar, scalar.Place);
            case YamlList { Items.Count: 0 }:
                problems.Error(Codes.EmptyList, value.Place, "The list is empty.", "Remove it, or write a value.");
                return null;
            case YamlList list:
                var items = new List<Criterion>();
                var scalars = new List<YamlValue>();
                foreach (var item in list.Items)
                {
                    if (item is YamlMap map) { if (ParseMap(map, inArray) is { } part) items.Add(part); }
                    else if (item is YamlScalar) scalars.Add(item);
                    else problems.Error(Codes.WrongType, item.Place, "A list inside a list of selections is not understood.", "Write maps or keywords.");
                }
                if (scalars.Count > 0)
                {
                    var words = new YamlList(scalars) { Place = list.Place, Weight = list.Weight, Height = 2 };
                    if ((inArray ? (Criterion?)Item(".", [], words, list.Place) : Keywords([], words, list.Place)) is { } keywords) items.Add(keywords);
                }
                return items.Count == 1 ? items[0] : new AnyOf(items, list.Place);
            default:
                return null;
        }
    }

    Criterion? ParseMap(YamlMap map, bool inArray)
    {
        if (map.Items.Count == 0)
        {
            problems.Error(Codes.EmptyList, map.Place, "The map is empty; it would match everything.", "Write a field and a value.");
            return null;
        }
        var items = new List<Criterion>();
        foreach (var (key, value) in map.Items)
            if (ParseItem(key, value, inArray) is { } item) items.Add(item);
        return items.Count == 1 ? items[0] : new AllOf(items, map.Place);
    }

    Criterion? ParseItem(YamlScalar key, YamlValue value, bool inArray)
    {
        if (FieldKey.Parse(key.Text, key.Place, problems) is not { } field) return null;
        if (field.Steps.Count == 0) return Keywords(field.Modifiers, value, key.Place);
        var last = field.Steps[^1];
        Criterion? inner;
        if (last.Selector is null) inner = Item(last.Path, field.Modifiers, value, key.Place);
        else if (field.Modifiers.Count > 0 || value is YamlScalar || (value is YamlList plain && plain.Items.All(i => i is YamlScalar))) inner = Item(".", field.Modifiers, value, key.Place);
        else if (value is YamlMap map && map.Find("condition") is YamlScalar && map.Items.Count > 1) inner = Parse(map, [], inArray: true) is { } detection ? new NestedDetection(detection, map.Place) : null;
        else inner = ParseBody(value, inArray: true);
        if (inner is null) return null;
        for (var i = field.Steps.Count - 1; i >= 0; i--)
            if (field.Steps[i] is { Selector: { } selector } step) inner = new ArrayTest(step.Path, selector, step.Index, inner, key.Place);
        return inner;
    }

    FieldTest? Item(string field, IReadOnlyList<string> modifiers, YamlValue value, Place place)
    {
        if (value is YamlMap)
        {
            problems.Error(Codes.MapForField, value.Place, $"The field '{field}' is given a map.", "Write 'field.part: value' for a part of an object, or 'field[any]:' for the elements of an array.");
            return null;
        }
        return Values(value, field) is { } values ? new(field, modifiers, values, value is YamlList, place) : null;
    }

    KeywordTest? Keywords(IReadOnlyList<string> modifiers, YamlValue value, Place place) =>
        Values(value, "keywords") is { } values ? new(modifiers, values, value is YamlList, place) : null;

    List<SigmaScalar>? Values(YamlValue value, string field)
    {
        if (value is YamlScalar one) return [one.ToSigma()];
        if (value is not YamlList list)
        {
            problems.Error(Codes.WrongType, value.Place, $"'{field}' needs a value or a list of values, not {value.Noun}.", "Write values.");
            return null;
        }
        if (list.Items.Count is 0 or > MaxValues)
        {
            if (list.Items.Count == 0) problems.Error(Codes.EmptyList, list.Place, $"The list of values for '{field}' is empty.", "Write at least one value, or 'null' for an absent field.");
            else problems.Error(Codes.TooManyValues, list.Place, $"The list has more than {MaxValues} values.", "Move it to a list file and use 'expand'.");
            return null;
        }
        var values = new List<SigmaScalar>(list.Items.Count);
        foreach (var item in list.Items)
        {
            if (item is not YamlScalar scalar)
            {
                problems.Error(Codes.WrongType, item.Place, $"A value of '{field}' is {item.Noun}.", "Write plain values; for elements of an array use 'field[any]:'.");
                return null;
            }
            var known = scalar.ToSigma();
            if (known.Kind == SigmaScalarKind.Null && list.Items.Count > 1)
            {
                problems.Error(Codes.NullInList, scalar.Place, "null cannot stand in a list of values.", "Make a selection of its own ('field: null') and join it with 'or'. If the text \"null\" is meant, quote it.");
                return null;
            }
            values.Add(known);
        }
        return values;
    }

    void WarnOfUnused(List<SigmaSelection> selections, List<SigmaCondition> conditions)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in conditions) Collect(condition.Root, used);
        foreach (var selection in selections.Where(s => !used.Contains(s.Name)))
            problems.Warning(Codes.UnusedSelection, selection.Place, $"The selection '{selection.Name}' is never used.", "Use it in the condition, or remove it.");
    }

    static void Collect(ConditionNode node, HashSet<string> used)
    {
        switch (node)
        {
            case ConditionName name: used.Add(name.Name); break;
            case ConditionNot not: Collect(not.Item, used); break;
            case ConditionAnd and: foreach (var item in and.Items) Collect(item, used); break;
            case ConditionOr or: foreach (var item in or.Items) Collect(item, used); break;
            case ConditionOf of: used.UnionWith(of.Names); break;
        }
    }

    static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && name.ToLowerInvariant() is not ("and" or "or" or "not" or "of" or "them");
}
