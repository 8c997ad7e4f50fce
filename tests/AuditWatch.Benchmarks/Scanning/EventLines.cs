namespace AuditWatch.Benchmarks.Scanning;

/// <summary>
/// A few megabytes of events, one a line, cut from the log that AUDITWATCH_CORPUS names: as many as stay in the last cache, as a block does between framing
/// and scanning.
/// </summary>
static class EventLines
{
    const int Size = 4_000_000;

    /// <summary>Events of one kind: <c>bodies</c> have a request or response object, <c>metadata</c> have none, <c>all</c> come as they are.</summary>
    internal static byte[] Load(string kind)
    {
        var corpus = Environment.GetEnvironmentVariable("AUDITWATCH_CORPUS")
            ?? throw new InvalidOperationException("AUDITWATCH_CORPUS is not set: name an audit log with one event a line.");
        using var lines = new MemoryStream();
        foreach (var line in File.ReadLines(corpus))
        {
            var hasBody = line.Contains("\"requestObject\":", StringComparison.Ordinal) || line.Contains("\"responseObject\":", StringComparison.Ordinal);
            if (kind == "all" || (kind == "bodies") == hasBody)
                lines.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            if (lines.Length > Size)
                break;
        }
        return lines.ToArray();
    }
}
