using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Extensions;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>A Sigma correlation with the rules it speaks of found.</summary>
sealed class CorrelationRule
{
    /// <summary>Most matches of one rule that the window of one group of a temporal correlation holds.</summary>
    public const int MostOfMember = 1000;

    const int FewestKept = 1000, MostKept = 10_000;

    public CorrelationRule(SigmaCorrelation source, IReadOnlyList<SigmaDocument> members, bool alertsAlone, IReadOnlyList<SiteExceptionRule> exceptions)
    {
        Source = source;
        Members = members;
        Exceptions = exceptions;
        SpanMicros = (long)source.Timespan.TotalMicroseconds;
        Identity = new RuleIdentity(
            new AlertRule(source.Id, source.Name, source.Title, Revise(source, members), AttackTags.Techniques(source.Tags), AttackTags.Tactics(source.Tags)),
            source.Level, alertsAlone && RuleIdentity.WantsAlert(source) is not false);
        var highest = source.Bounds.Count == 0 ? 0 : source.Bounds.Max(b => Math.Abs(b.Value));
        (IsFirstSeen, _suppressBy) = (source.Extensions.FirstSeen is not null, [.. (source.Extensions.Suppress?.By ?? []).Select(f => source.GroupBy.TakeWhile(g => g != f).Count())]);
        Steps = [.. members.Select(m => WordFor(m.Id))];
        FewestToHold = source.Type is CorrelationType.EventCount or CorrelationType.ValueCount ? source.Bounds.Select(LeastOf).DefaultIfEmpty().Max() : 0;
        Capacity = source.Type == CorrelationType.EventCount && Metrics.Count == 0 ? (int)Math.Clamp(highest * 2, FewestKept, MostKept) : MostKept;
    }

    readonly int[] _suppressBy;

    /// <summary>With fewer requests than this a window cannot make it hold; 0 where that is not known.</summary>
    public int FewestToHold { get; }

    public SigmaCorrelation Source { get; }

    /// <summary>The rules it speaks of, in the order in which it does.</summary>
    public IReadOnlyList<SigmaDocument> Members { get; }

    public RuleIdentity Identity { get; }

    public IReadOnlyList<SiteExceptionRule> Exceptions { get; }

    public long SpanMicros { get; }

    /// <summary>Most requests that the window of one group holds.</summary>
    public int Capacity { get; }

    /// <summary>Whether other correlations speak of it.</summary>
    public bool IsSpokenOf { get; init; }

    public bool IsFirstSeen { get; }

    /// <summary>Whether it holds when nothing comes any more.</summary>
    public bool IsAbsence => Source.Extensions.Absence is not null;

    /// <summary>For a correlation in order: the words of its rules, in order.</summary>
    public IReadOnlyList<string> Steps { get; }

    public bool IsTemporal => Source.IsTemporal;

    /// <summary>Further numbers over the window.</summary>
    public IReadOnlyList<Metric> Metrics => Source.Extensions.Metrics;

    /// <summary>Event time after which the window began that ends at a time.</summary>
    public long OpenedAfter(long at) => Source.Extensions.IsTumbling ? at - (((at % SpanMicros) + SpanMicros) % SpanMicros) - 1 : at - SpanMicros;

    /// <summary>The bit of a member among the correlation's rules.</summary>
    public ulong BitOf(string memberId) => 1UL << IndexOf(WordFor(memberId));

    /// <summary>Whether a metric counts a request on which these members held.</summary>
    public bool IsMeasured(int metric, ulong members) => Metrics[metric].Rule is not { } word || (members & (1UL << IndexOf(word))) != 0;

    int IndexOf(string word) => Source.Rules.TakeWhile(r => r != word).Count();

    /// <summary>By which word the correlation speaks of a member; aliases use it too.</summary>
    public string WordFor(string memberId) => Source.Rules[Members.TakeWhile(m => m.Id != memberId).Count()];

    /// <summary>The field that a group-by entry means on a member.</summary>
    public string GroupField(string entry, string memberId) => Source.GroupField(entry, WordFor(memberId));

    /// <summary>What alerts about a group are told once per; null when the correlation does not suppress.</summary>
    public SuppressionKey? SuppressionOf(IReadOnlyList<string> group) => Source.Extensions.Suppress is { } suppress
        ? new SuppressionKey(DistinctWindow.Tuple([.. _suppressBy.Select(i => group[i])]), (long)suppress.For.TotalMicroseconds)
        : null;

    static int LeastOf(CorrelationBound bound) => bound.Operator is "gt" or "gte" or "eq" ? (int)Math.Clamp(Math.Ceiling(bound.Value), 0, MostKept) : 0;

    static string Revise(SigmaCorrelation s, IReadOnlyList<SigmaDocument> members)
    {
        var aliases = s.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select(a => $"{a.Key}={string.Join(',', a.Value.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}:{f.Value}"))}");
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{s.Level}\n{s.Type}\n{string.Join(',', members.Select(m => m.Id))}\n{string.Join(',', s.GroupBy)}\n{s.Timespan.Ticks}\n{string.Join(',', s.Fields)}\n{string.Join(',', s.Bounds)}\n{s.Condition?.Text}\n{s.Percentile}\n{string.Join(';', aliases)}");
        if (s.Extensions.Canonical is { Length: > 0 } ours) text += "\n" + ours;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}
