using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Remembers, for every class of event and every party within it, which rules that alone makes false or unanswerable. The rules are asked about an event of
/// which only the common part is shown; by Kleene's logic a verdict that does not hang on the rest is the verdict on all alike. Nearly all traffic is robots
/// that repeat themselves, so most events are settled by two lookups. One per thread; bounded, and forgetting is harmless.
/// </summary>
sealed class SettledVerdicts(RuleSet rules)
{
    const int MostClasses = 8192, MostParties = 65_536, MostLists = 32_768;

    // Whatever went wrong while little was shown may go right when all is.
    const UnknownReason Doubtful = EventView.NotShown | UnknownReason.Malformed | UnknownReason.RuleFailed;

    readonly Settled _nothing = new([.. rules.Rules], []);
    readonly SettledView _view = new();
    readonly Dictionary<EventClass, OfClass> _classes = [];
    readonly Dictionary<string, BodySieve?> _sieves = new(StringComparer.Ordinal);
    SymbolTable _lists = new(MostLists);
    int _parties;

    public Settled For(AuditEvent e)
    {
        if (!e.TryClassify(out var kind)) return _nothing;
        if (!_classes.TryGetValue(kind, out var known)) known = Learn(e, kind);
        if (known.HangsOn == PartyParts.None) return known.Common;
        if (!e.TryIdentify(known.HangsOn, _lists, out var party))
        {
            if (_lists.Overflow > 0) Forget();
            return known.Common;
        }

        return known.ByParty.TryGetValue(party, out var settled) ? settled : Learn(e, known, party);
    }

    OfClass Learn(AuditEvent e, in EventClass kind)
    {
        if (_classes.Count >= MostClasses) Forget();
        var known = new OfClass(Settle(e, new Settled(rules.Candidates.For(e), []), PartyParts.None, out var hangsOn), hangsOn);
        _classes.Add(kind, known);
        return known;
    }

    Settled Learn(AuditEvent e, OfClass known, in EventParty party)
    {
        var settled = Settle(e, known.Common, known.HangsOn, out _);
        if (++_parties > MostParties) Forget();
        else known.ByParty.Add(party, settled);
        return settled;
    }

    Settled Settle(AuditEvent e, Settled before, PartyParts known, out PartyParts hangsOn)
    {
        hangsOn = PartyParts.None;
        List<EventRule> open = [];
        List<(int, UnknownReason)> unknown = [.. before.Unknown];
        foreach (var rule in before.Open)
        {
            _view.Show(e, known);
            var verdict = rule.Compiled.EvaluateSafely(_view);
            if (verdict.Truth == Truth.False) continue;
            if (verdict.Truth == Truth.Unknown && (verdict.Why & Doubtful) == 0) unknown.Add((rule.Index, verdict.Why));
            else
            {
                open.Add(rule);
                hangsOn |= _view.HangsOn;
            }
        }

        if (open.Count == before.Open.Length && known != PartyParts.None) return before;
        EventRule[] rest = [.. open];
        return new Settled(rest, [.. unknown], BodySieve.IsFor(e) ? SieveOf(rest) : null);
    }

    BodySieve? SieveOf(EventRule[] open)
    {
        var key = string.Join(',', open.Select(r => r.Index));
        if (!_sieves.TryGetValue(key, out var sieve)) _sieves.Add(key, sieve = BodySieve.Of(open));
        return sieve;
    }

    void Forget()
    {
        _classes.Clear();
        _sieves.Clear();
        _lists = new SymbolTable(MostLists);
        _parties = 0;
    }

    sealed record OfClass(Settled Common, PartyParts HangsOn)
    {
        public Dictionary<EventParty, Settled> ByParty { get; } = [];
    }
}
