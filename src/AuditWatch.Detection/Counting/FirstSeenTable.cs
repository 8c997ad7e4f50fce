using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Correlation;

namespace AuditWatch.Detection.Counting;

/// <summary>
/// The first-seen correlations of one cluster: per rule the values of the last while, in event time. A value is new only if the table is known to reach back far
/// enough; else it is unknown, and counted. Bounded: where values had to be forgotten, none is called new until event time has passed what was forgotten.
/// </summary>
sealed class FirstSeenTable
{
    const int LongestKey = 64;

    readonly Dictionary<string, FirstSeenValues> _rules = new(StringComparer.Ordinal);
    readonly Dictionary<CorrelationRule, FirstSeenValues> _byRule = [];
    readonly SortedDictionary<string, (string Rule, string Key, SavedFirstSeen? Saved)> _changed = new(StringComparer.Ordinal);
    long _latestBegin = long.MinValue;

    readonly bool _isSaved;

    /// <param name="rules">The correlations.</param>
    /// <param name="mostValues">Values of one of them that are kept at most.</param>
    /// <param name="isSaved">Whether anybody asks what changed.</param>
    public FirstSeenTable(IEnumerable<CorrelationRule> rules, int mostValues = 200_000, bool isSaved = true)
    {
        _isSaved = isSaved;
        foreach (var rule in rules)
        {
            var values = _rules[rule.Identity.Id] = _byRule[rule] = new FirstSeenValues(rule, mostValues);
            values.Evicted = key => Changed(values, key);
            _latestBegin = long.MaxValue;
        }
    }

    public IReadOnlyList<FirstSeenFigures> Figures => [.. _rules.Values.OrderBy(r => r.Rule.Identity.Name, StringComparer.Ordinal).Select(r => r.Figures)];

    /// <summary>Some event of the cluster, in time for the reorder buffer: learning begins with the earliest one.</summary>
    public void Pass(long timeMicros)
    {
        if (timeMicros >= _latestBegin) return;
        _latestBegin = timeMicros;
        foreach (var values in _rules.Values)
        {
            if (values.BeganMicros <= timeMicros) continue;
            values.BeganMicros = timeMicros;
            Changed(values, "");
        }
    }

    /// <summary>Files a match. Gives back the evidence if its value is new.</summary>
    /// <param name="capture">What was read of the event.</param>
    /// <param name="e">The event.</param>
    /// <param name="now">Event time as the table stands: the event's, or how far it has passed when the event came late.</param>
    public GroupEvidence? Take(Capture capture, EventFacts e, long now)
    {
        var values = _byRule[capture.Rule];
        if (capture.Group is null)
        {
            values.WithoutField++;
            return null;
        }

        var learner = values.LearnerOf(capture.Group, e.TimeMicros, now, out var scope);
        var learned = learner.Matches >= values.Extension.Events && e.TimeMicros >= learner.BeganMicros + values.LearningMicros;
        learner.Matches++;
        learner.LastMicros = Math.Max(learner.LastMicros, e.TimeMicros);
        Changed(values, scope);
        var key = KeyOf(capture.Group);
        var isNew = values.See(key, e, now, learned);
        Changed(values, key);
        return isNew
            ? new GroupEvidence(capture.GroupKey, GroupEvidence.Name(capture.Rule.Source.GroupBy, capture.Group), [new GroupMember(e.Request, [new EvidenceMark(e.Key, e.EventId, e.Position)])])
            : null;
    }

    /// <summary>Lets go of values that are old enough to be new again.</summary>
    public void ForgetBefore(long watermark)
    {
        foreach (var values in _rules.Values) values.ForgetBefore(watermark);
    }

    /// <summary>What changed since last asked; null is gone.</summary>
    public IEnumerable<(string Key, SavedFirstSeen? Saved, long ExpiresMicros)> TakeChanges()
    {
        foreach (var (place, (rule, key, saved)) in _changed)
            yield return (place, saved, saved is null ? 0 : key.Length == 0 ? long.MaxValue : saved.LastMicros + _rules[rule].Rule.SpanMicros);
        _changed.Clear();
    }

    public void ForgetChanges() => _changed.Clear();

    public void Restore(SavedFirstSeen saved)
    {
        if (!_rules.TryGetValue(saved.Rule, out var values)) return;
        values.Restore(saved);
        _latestBegin = _rules.Values.Max(v => v.BeganMicros);
    }

    // The whole table is the key "", a scope "s" and its values, a value "v" and its own; log content must not decide how much is kept.
    internal static string KeyOf(IReadOnlyList<string> group) => Short("v", DistinctWindow.Tuple(group));

    internal static string Short(string kind, string key) =>
        kind + (key.Length <= LongestKey ? key : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)));

    void Changed(FirstSeenValues values, string key)
    {
        if (_isSaved) _changed[$"{values.Rule.Identity.Id}/{key}"] = (values.Rule.Identity.Id, key, values.Save(key));
    }
}
