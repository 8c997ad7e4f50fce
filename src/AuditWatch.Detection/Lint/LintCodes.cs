namespace AuditWatch.Detection.Lint;

/// <summary>Codes of findings about a rule's sense; docs/rules has a page for each.</summary>
static class LintCodes
{
    public const string Verb = "AW2001", Type = "AW2002", Word = "AW2003", SubresourceInResource = "AW2004", NoSuchMember = "AW2005", SameElement = "AW2006",
        ContainersMissed = "AW2007", PodSpecInOnePlace = "AW2008", AllowListOnAnyContainer = "AW2009", LevelPinned = "AW2010", DecisionAsSuccess = "AW2011",
        CreateOnlyStream = "AW2012", BulkDeleteMissed = "AW2013", CreateOnly = "AW2014", DryRun = "AW2015", NoUnknownCase = "AW2016", NeverTrue = "AW2017",
        BroadIdentity = "AW2018", WholeNamespace = "AW2019", ClaimedAddress = "AW2020", LastApplied = "AW2021", BindingByName = "AW2022", EscalationAsPrivileged = "AW2023",
        AnnotationKey = "AW2024", SameTwice = "AW2025", UnauthenticatedAsAnonymous = "AW2026", IdleExclusion = "AW2027", FilterOfNothing = "AW2028",
        PrivateAsBenign = "AW2029";

    public const string Technique = "AW2030", Tactic = "AW2031";

    public const string TagSpelling = "AW2035", KeyOrder = "AW2036", GeneratedName = "AW2032", PatchByPath = "AW2033", OnlyPods = "AW2034";

    public const string HouseKeys = "AW2040", RequiredLevel = "AW2041", NoReason = "AW2042", NoId = "AW2043";
}
