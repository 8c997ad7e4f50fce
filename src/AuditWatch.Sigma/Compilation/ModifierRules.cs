using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Which modifiers go together.</summary>
internal static class ModifierRules
{
    static readonly string[] OnRegex = ["re", "i", "m", "s", "contains", "startswith", "endswith", "all", "neq", "cased"];

    public static bool Check(IReadOnlyList<string> modifiers, Place place, ProblemList problems)
    {
        var fault = Fault(modifiers);
        if (fault is { } found) problems.Error(Codes.ModifierCombination, place, found.Message, found.Fix);
        return fault is null;
    }

    static (string Message, string Fix)? Fault(IReadOnlyList<string> modifiers)
    {
        for (var i = 0; i < modifiers.Count; i++)
            if (modifiers.Take(i).Contains(modifiers[i])) return ($"The modifier '{modifiers[i]}' stands twice.", "Write it once.");
        if (modifiers.Count(m => m is "contains" or "startswith" or "endswith") > 1) return ("Only one of contains, startswith and endswith can be used.", "Write wildcards in the value instead.");
        if (modifiers.Count(m => m is "re" or "cidr" or "exists" or "fieldref" || Modifiers.IsComparison(m)) > 1) return ("These modifiers give the value two meanings at once.", "Make two items of it.");
        return Only("re", OnRegex) ?? Only("cidr", ["cidr", "all", "neq", "expand"]) ?? Only("exists", ["exists", "neq"])
            ?? Only("fieldref", ["fieldref", "neq", "all", "cased", "contains", "startswith", "endswith"])
            ?? First("re") ?? SubFlags() ?? Numbers();

        (string, string)? Only(string main, string[] allowed) =>
            modifiers.Contains(main) && modifiers.FirstOrDefault(m => !allowed.Contains(m)) is { } wrong
                ? ($"'{wrong}' cannot be combined with '{main}'.", $"'{main}' goes with: {string.Join(", ", allowed.Where(a => a != main))}.") : null;

        // all and neq say how values are joined, not what they are: they may stand anywhere.
        (string, string)? First(string main) =>
            modifiers.Contains(main) && modifiers.First(m => m is not ("all" or "neq" or "cased")) != main ? ($"'{main}' must come before '{modifiers[0]}'.", $"Write 'field|{main}|…'.") : null;

        (string, string)? SubFlags() =>
            modifiers.FirstOrDefault(m => m is "i" or "m" or "s") is { } flag && !modifiers.Contains("re") ? ($"'{flag}' is a flag of 're'.", $"Write 're|{flag}'.") : null;

        (string, string)? Numbers()
        {
            var number = modifiers.FirstOrDefault(m => Modifiers.IsComparison(m) || Modifiers.IsDatePart(m));
            if (number is null) return null;
            if (modifiers.Count(Modifiers.IsDatePart) > 1) return ("Only one part of a date can be compared.", "Make two items of it.");
            var wrong = modifiers.FirstOrDefault(m => !Modifiers.IsComparison(m) && !Modifiers.IsDatePart(m) && m is not ("all" or "neq" or "expand"));
            if (wrong is not null) return ($"'{wrong}' cannot be combined with '{number}', which compares numbers.", "Remove one of them.");
            return modifiers.Any(Modifiers.IsDatePart) && modifiers.Any(Modifiers.IsComparison) && Modifiers.IsComparison(modifiers.First(m => Modifiers.IsDatePart(m) || Modifiers.IsComparison(m)))
                ? ("The part of the date must come before the comparison.", "Write for instance 'field|hour|gte: 22'.") : null;
        }
    }
}
