using System.Collections.Concurrent;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Remembers, for every class of event of one cluster and every party within it, which rules that alone makes false or unanswerable. The rules are asked about an
/// event of which only the common part is shown; by Kleene's logic a verdict that does not hang on the rest is the verdict on all alike. Nearly all traffic is
/// robots that repeat themselves, so most events are settled by two lookups. Shared by all judges of the cluster; bounded, and forgetting is harmless.
/// </summary>
sealed class SettledVerdicts(RuleSet rules)
{
    const int MostClasses = 8192, MostParties = 65_536, MostLists = 32_768;

    // Whatever went wrong while little was shown may go right when all is.
    const UnknownReason Doubtful = EventView.NotShown | UnknownReason.Malformed | UnknownReason.RuleFailed;

    readonly Settled _nothing = new([.. rules.Rules], []);
    Known _known = new();

    /// <summary>What is certain of the event. <paramref name="view"/> is the caller's own.</summary>
    public Settled For(AuditEvent e, SettledView view)
    {
        if (!e.TryClassify(out var kind)) return _nothing;
        var known = Volatile.Read(ref _known);
        if (!known.Classes.TryGetValue(kind, out var ofClass)) ofClass = Learn(known, e, kind, view);
        if (ofClass.HangsOn == PartyParts.None) return ofClass.Common;
        if (!e.TryIdentify(ofClass.HangsOn, known.Lists, out var party))
        {
            if (known.Lists.Overflow > 0) Forget(known);
            return ofClass.Common;
        }

        return ofClass.ByParty.TryGetValue(party, out var settled) ? settled : Learn(known, e, ofClass, party, view);
    }

    OfClass Learn(Known known, AuditEvent e, in EventClass kind, SettledView view)
    {
        if (known.Classes.Count >= MostClasses) Forget(known);
        var candidates = rules.Candidates.For(e);
        var before = new Settled(candidates, []);
        var hangsOn = new PartyParts[candidates.Length];
        Array.Fill(hangsOn, PartyParts.User);
        var common = Settle(known, e, before, hangsOn, PartyParts.None, view, out var left);
        var ofClass = new OfClass(common, left);
        return known.Classes.TryAdd(kind, ofClass) ? ofClass : known.Classes[kind];
    }

    Settled Learn(Known known, AuditEvent e, OfClass ofClass, in EventParty party, SettledView view)
    {
        if (Interlocked.Increment(ref known.Parties) > MostParties) Forget(known);
        var settled = Settle(known, e, ofClass.Common, ofClass.RuleHangsOn, ofClass.HangsOn, view, out _);
        ofClass.ByParty.TryAdd(party, settled);
        return settled;
    }

    // Asks the open rules that hang on anything that is shown now.
    static Settled Settle(Known known, AuditEvent e, Settled before, PartyParts[] hangsOn, PartyParts shown, SettledView view, out PartyParts[] left)
    {
        List<EventRule> open = [];
        List<PartyParts> openHangsOn = [];
        List<(int, UnknownReason)> unknown = [.. before.Unknown];
        for (var i = 0; i < before.Open.Length; i++)
        {
            var rule = before.Open[i];
            var stillHangsOn = PartyParts.None;
            if (hangsOn[i] != PartyParts.None)
            {
                view.Show(e, shown);
                var verdict = rule.Compiled.EvaluateSafely(view);
                if (verdict.Truth == Truth.False) continue;
                if (verdict.Truth == Truth.Unknown && (verdict.Why & Doubtful) == 0)
                {
                    unknown.Add((rule.Index, verdict.Why));
                    continue;
                }

                stillHangsOn = view.HangsOn;
            }

            open.Add(rule);
            openHangsOn.Add(stillHangsOn);
        }

        left = [.. openHangsOn];
        if (open.Count == before.Open.Length && shown != PartyParts.None) return before;
        EventRule[] rest = [.. open];
        return new Settled(rest, [.. unknown], BodySieve.IsFor(e) ? known.SieveOf(rest) : null);
    }

    void Forget(Known known) => Interlocked.CompareExchange(ref _known, new Known(), known);

    sealed class Known
    {
        public int Parties;

        readonly ConcurrentDictionary<string, BodySieve?> _sieves = new(StringComparer.Ordinal);

        public ConcurrentDictionary<EventClass, OfClass> Classes { get; } = new();

        public SymbolTable Lists { get; } = new(MostLists);

        public BodySieve? SieveOf(EventRule[] open) => _sieves.GetOrAdd(string.Join(',', open.Select(r => r.Index)), static (_, rules) => BodySieve.Of(rules), open);
    }

    sealed class OfClass(Settled common, PartyParts[] ruleHangsOn)
    {
        public Settled Common => common;

        /// <summary>Of each open rule, by its place, the parts of the party that might settle it.</summary>
        public PartyParts[] RuleHangsOn => ruleHangsOn;

        public PartyParts HangsOn { get; } = ruleHangsOn.Aggregate(PartyParts.None, (all, one) => all | one);

        public ConcurrentDictionary<EventParty, Settled> ByParty { get; } = new();
    }
}
