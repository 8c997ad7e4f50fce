namespace AuditWatch.Investigation;

/// <summary>Puts requests that are alike into one entry: the same sentence, outcome, credential and command, within a minute of the first.</summary>
internal static class Repeats
{
    const long Minute = 60_000_000;
    const int Named = 20;

    /// <param name="entries">Ordered by time.</param>
    public static List<TimelineEntry> Collapse(IEnumerable<TimelineEntry> entries)
    {
        var story = new List<TimelineEntry>();
        var open = new Dictionary<object, int>();
        foreach (var entry in entries)
        {
            var alike = (entry.Kind, entry.Cluster, entry.Sentence, entry.Link, entry.Outcome, entry.Code, entry.CredentialId, entry.ExecCommand);
            if (entry.Kind == "event" && open.TryGetValue(alike, out var at) && entry.TimeMicros - story[at].TimeMicros < Minute)
            {
                var first = story[at];
                story[at] = first with
                {
                    Count = first.Count + entry.Count,
                    LastMicros = entry.TimeMicros,
                    AuditIds = [.. first.AuditIds.Concat(entry.AuditIds).Take(Named)],
                    Evidence = [.. first.Evidence.Concat(entry.Evidence).Take(Named)],
                };
                continue;
            }

            open[alike] = story.Count;
            story.Add(entry);
        }

        return story;
    }
}
