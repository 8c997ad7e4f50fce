namespace AuditWatch.Sigma.Parsing;

/// <summary>The stable codes of problems; docs/sigma.md has a line for each.</summary>
internal static class Codes
{
    public const string Syntax = "AW1001", DuplicateKey = "AW1002", TooBig = "AW1003", NotADocument = "AW1004", MissingKey = "AW1006", WrongType = "AW1007",
        YamlFeature = "AW1008", BadValue = "AW1010", NameIsNoSlug = "AW1011", SigmaVersion = "AW1012", UnknownKey = "AW1013";

    public const string UnknownSelection = "AW1100", SelectorMatchesNothing = "AW1101", ConditionSyntax = "AW1102", Aggregation = "AW1103", ConditionTooDeep = "AW1104",
        UnusedSelection = "AW1105", SelectionName = "AW1106", CountTooHigh = "AW1107";

    public const string UnknownModifier = "AW1200", ModifierCombination = "AW1201", ValueType = "AW1202", UnknownField = "AW1203", NullInList = "AW1204",
        EmptyList = "AW1205", Regex = "AW1206", Network = "AW1207", Placeholder = "AW1208", WildcardForbidden = "AW1209", AllOnOneValue = "AW1210",
        TooManyValues = "AW1211", MatchesEverything = "AW1212", MapForField = "AW1213", ArraySelector = "AW1214";

    public const string CorrelationType = "AW1300", CorrelationRules = "AW1301", Timespan = "AW1302", CorrelationCondition = "AW1303", Aliases = "AW1304", CorrelationField = "AW1305",
        Extension = "AW1306";

    public const string FilterLogSource = "AW1401";
}
