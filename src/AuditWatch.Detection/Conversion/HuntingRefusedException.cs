namespace AuditWatch.Detection.Conversion;

/// <summary>A construct that the query language, or what is searched, cannot say.</summary>
sealed class HuntingRefusedException(string message, int line) : Exception(message)
{
    /// <summary>Where it stands in the rule's file.</summary>
    public int Line { get; } = line;
}
