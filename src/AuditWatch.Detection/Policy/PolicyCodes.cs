namespace AuditWatch.Detection.Policy;

/// <summary>Codes of findings about audit policies; docs/rules has a page for each.</summary>
static class PolicyCodes
{
    public const string Refused = "AW1700", NeverMatches = "AW1701", Shadowed = "AW1702";
}
