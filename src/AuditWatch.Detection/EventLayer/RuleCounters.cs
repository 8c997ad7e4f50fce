using System.Numerics;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>One judge's counts. Written by its thread only; others read them at any time, each count whole.</summary>
sealed class RuleCounters(RuleSet rules, string cluster)
{
    readonly long[] _matches = new long[rules.Rules.Count];
    readonly long[] _lastMatch = new long[rules.Rules.Count];
    readonly long[] _unknown = new long[rules.Rules.Count * UnknownReasons.Count];
    readonly long[] _ticks = new long[rules.Rules.Count];
    readonly long[] _samples = new long[rules.Rules.Count];

    public RuleSet Rules { get; } = rules;

    public string Cluster { get; } = cluster;

    public void Matched(int rule, long timeMicros)
    {
        _matches[rule]++;
        if (timeMicros > _lastMatch[rule]) _lastMatch[rule] = timeMicros;
    }

    public void CouldNotSay(int rule, UnknownReason why)
    {
        for (var rest = (uint)why; rest != 0; rest &= rest - 1) _unknown[(rule * UnknownReasons.Count) + BitOperations.TrailingZeroCount(rest)]++;
    }

    public void Took(int rule, long ticks)
    {
        _ticks[rule] += ticks;
        _samples[rule]++;
    }

    public (long Matches, long LastMatch, long Ticks, long Samples) Of(int rule) =>
        (Volatile.Read(ref _matches[rule]), Volatile.Read(ref _lastMatch[rule]), Volatile.Read(ref _ticks[rule]), Volatile.Read(ref _samples[rule]));

    public long Unknown(int rule, int bit) => Volatile.Read(ref _unknown[(rule * UnknownReasons.Count) + bit]);
}
