namespace AuditWatch.Detection.Reasoning;

/// <summary>The alert of a rule on an object, which findings of the same rule on what the object owns join. Saved with the journal position.</summary>
sealed record OwnerAlert(string Rule, string Object, string AlertId, IReadOnlyList<string> Exceptions, long LastMicros)
{
    public string Key => Rule + "/" + Object;
}
