namespace AuditWatch.Detection.Counting;

/// <summary>What one first-seen correlation counted on one cluster, beside its matches.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Values">Values known now.</param>
/// <param name="NoBaseline">Unknown: values that may have been there before anything was watched.</param>
/// <param name="Forgotten">Unknown: values that may be among those that had to be forgotten.</param>
/// <param name="ValuesEvicted">Values forgotten early to keep their number bounded.</param>
/// <param name="WithoutField">Matches that were not counted because a field to group by was missing.</param>
public sealed record FirstSeenFigures(string Rule, int Values, long NoBaseline, long Forgotten, long ValuesEvicted, long WithoutField);
