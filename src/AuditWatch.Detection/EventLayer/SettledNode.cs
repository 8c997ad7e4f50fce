using System.Collections.Concurrent;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// What is settled for all events of one class, or of one class and user. Rules that hang on the same parts of what is left of the party are asked once for each
/// of these, not once for each party.
/// </summary>
sealed class SettledNode
{
    // More different leaves than this are not kept apart: the rule is asked for them.
    const int MostLeaves = 1024;

    static int s_nodes;

    readonly PartyParts _shown;
    readonly PartyParts[] _ruleHangsOn;
    readonly OfParts[] _groups;
    readonly ConcurrentDictionary<string, Settled>? _byVerdicts;
    readonly ConcurrentDictionary<string, int>? _leaves;
    int _numbers = -1;

    SettledNode(Settled common, PartyParts shown, PartyParts[] ruleHangsOn)
    {
        (Common, _shown, _ruleHangsOn) = (common, shown, ruleHangsOn);
        HangsOn = ruleHangsOn.Aggregate(PartyParts.None, (all, one) => all | one);
        _groups = [.. Enumerable.Range(0, common.Open.Length).Where(i => ruleHangsOn[i] != PartyParts.None).GroupBy(i => ruleHangsOn[i]).Select(g => new OfParts(g.Key, [.. g]))];
        if (HangsOn == PartyParts.None) return;
        _byVerdicts = new ConcurrentDictionary<string, Settled>(StringComparer.Ordinal);
        _leaves = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
    }

    /// <summary>Tells nodes apart in tables.</summary>
    public int Number { get; } = Interlocked.Increment(ref s_nodes);

    /// <summary>What holds whoever asks.</summary>
    public Settled Common { get; }

    /// <summary>The parts of the party that may settle more.</summary>
    public PartyParts HangsOn { get; }

    /// <summary>Of a class: its users.</summary>
    public ConcurrentDictionary<EventParty, SettledNode> ByUser => field ?? Interlocked.CompareExchange(ref field, new(), null) ?? field;

    /// <summary>Its parties, as far as it hangs on them.</summary>
    public ConcurrentDictionary<EventParty, Settled> ByParty => field ?? Interlocked.CompareExchange(ref field, new(), null) ?? field;

    /// <summary>What is certain of a class, of which these rules may be true.</summary>
    public static SettledNode Of(EventRule[] candidates, AuditEvent e, SettledView view, SettledMemory memory)
    {
        var everything = new PartyParts[candidates.Length];
        Array.Fill(everything, PartyParts.User | PartyParts.Agent | PartyParts.Groups | PartyParts.Addresses);
        return new SettledNode(new Settled(candidates, []), PartyParts.None, everything).Asked(PartyParts.None, e, view, memory);
    }

    /// <summary>The same of one user.</summary>
    public SettledNode OfUser(AuditEvent e, SettledView view, SettledMemory memory) => Asked(PartyParts.User, e, view, memory);

    // Asks the rules that hang on what is newly shown; all others stay as they are.
    SettledNode Asked(PartyParts shown, AuditEvent e, SettledView view, SettledMemory memory)
    {
        var verdicts = new Verdict[Common.Open.Length];
        Array.Fill(verdicts, Settled.NotSettled);
        IReadOnlyList<AlertMatch>?[] leaves = [.. Common.Certain];
        var hangsOn = new List<PartyParts>();
        view.Look(e, shown);
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (shown != PartyParts.None && (_ruleHangsOn[i] & shown) == 0)
            {
                hangsOn.Add(_ruleHangsOn[i]);
                continue;
            }

            verdicts[i] = view.Ask(Common.Open[i]);
            if (!Settled.IsOpen(verdicts[i])) continue;
            // What is true already hangs on the party for its leaves, unless these are known too.
            if (verdicts[i].Truth == Truth.True) leaves[i] = view.Leaves(Common.Open[i]);
            hangsOn.Add(leaves[i] is null ? view.HangsOn & ~shown : PartyParts.None);
        }

        return new SettledNode(Common.With(verdicts, leaves, e, memory.SieveOf), shown, [.. hangsOn]);
    }

    /// <summary>What is certain of one party.</summary>
    public Settled Settle(AuditEvent e, in EventParty party, SettledView view, SettledMemory memory)
    {
        var verdicts = new Verdict[Common.Open.Length];
        Array.Fill(verdicts, Settled.NotSettled);
        IReadOnlyList<AlertMatch>?[] leaves = [.. Common.Certain];
        foreach (var group in _groups)
        {
            var found = group.Of(Common, e, party, _shown, view);
            for (var i = 0; i < found.Length; i++) (verdicts[group.Places[i]], leaves[group.Places[i]]) = found[i];
        }

        // Nearly all parties settle the same.
        Span<char> key = stackalloc char[verdicts.Length];
        for (var i = 0; i < key.Length; i++) key[i] = Common.Certain[i] is null ? KeyOf(verdicts[i], ref leaves[i]) : '=';
        var text = key.ToString();
        return _byVerdicts!.TryGetValue(text, out var same) ? same : _byVerdicts.GetOrAdd(text, Common.With(verdicts, leaves, e, memory.SieveOf));
    }

    char KeyOf(Verdict verdict, ref IReadOnlyList<AlertMatch>? leaves)
    {
        if (!Settled.IsOpen(verdict)) return verdict.Truth == Truth.False ? 'n' : (char)(0x100 + (int)verdict.Why);
        if (leaves is null) return '?';
        var number = _leaves!.GetOrAdd(string.Join('\0', leaves.Select(l => $"{l.Selection}\0{l.Field}\0{l.Value}")), _ => Interlocked.Increment(ref _numbers));
        if (number < MostLeaves) return (char)(0x1000 + number);
        leaves = null;
        return '?';
    }

    sealed class OfParts(PartyParts parts, int[] places)
    {
        readonly ConcurrentDictionary<EventParty, (Verdict, IReadOnlyList<AlertMatch>?)[]> _known = new();

        public int[] Places => places;

        public (Verdict Verdict, IReadOnlyList<AlertMatch>? Leaves)[] Of(Settled common, AuditEvent e, in EventParty party, PartyParts shown, SettledView view)
        {
            var key = party.Only(parts);
            if (_known.TryGetValue(key, out var known)) return known;
            var found = new (Verdict Verdict, IReadOnlyList<AlertMatch>?)[places.Length];
            view.Look(e, parts | shown);
            for (var i = 0; i < places.Length; i++)
            {
                var rule = common.Open[places[i]];
                var verdict = view.Ask(rule);
                found[i] = (verdict, verdict.Truth == Truth.True ? view.Leaves(rule) : null);
            }

            return _known.GetOrAdd(key, found);
        }
    }
}
