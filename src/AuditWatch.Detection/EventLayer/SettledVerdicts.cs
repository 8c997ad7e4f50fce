using System.Collections.Concurrent;
using AuditWatch.Detection.Alerts;
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

    public RuleSet Rules => rules;

    readonly Settled _nothing = new([.. rules.Rules], []);
    Known _known = new();

    /// <summary>What is certain of the event. <paramref name="view"/> and <paramref name="recent"/> are the caller's own.</summary>
    public Settled For(AuditEvent e, SettledView view, Recent recent)
    {
        if (!e.TryClassify(out var kind)) return _nothing;
        var known = Volatile.Read(ref _known);
        ref var lately = ref recent.ClassOf(known, kind);
        if (lately.Class is null || lately.Kind != kind)
        {
            if (!known.Classes.TryGetValue(kind, out var found)) found = Learn(known, e, kind, view);
            lately = (kind, found);
        }

        var ofClass = lately.Class;
        if (ofClass.HangsOn == PartyParts.None) return ofClass.Common;
        if (!e.TryIdentify(ofClass.HangsOn, known.Lists, out var party))
        {
            if (known.Lists.Overflow > 0) Forget(known);
            return ofClass.Common;
        }

        ref var last = ref recent.PartyOf(ofClass, party);
        if (ReferenceEquals(last.Class, ofClass) && last.Party == party) return last.Settled;
        Interlocked.Increment(ref Miss1);
        if (!ofClass.ByParty.TryGetValue(party, out var settled))
        {
            Interlocked.Increment(ref Miss2);
            if (Interlocked.Increment(ref known.Parties) > MostParties) Forget(known);
            settled = ofClass.ByParty.GetOrAdd(party, ofClass.Settle(e, party, view, known));
        }

        last = (ofClass, party, settled);
        return settled;
    }

    public static long Miss1, Miss2, Forgets;

    OfClass Learn(Known known, AuditEvent e, in EventClass kind, SettledView view)
    {
        if (known.Classes.Count >= MostClasses) Forget(known);
        var candidates = rules.Candidates.For(e);
        var verdicts = new Verdict[candidates.Length];
        var leaves = new IReadOnlyList<AlertMatch>?[candidates.Length];
        var hangsOn = new List<PartyParts>();
        view.Look(e, PartyParts.None);
        for (var i = 0; i < candidates.Length; i++)
        {
            verdicts[i] = view.Ask(candidates[i]);
            if (!Settled.IsOpen(verdicts[i])) continue;
            // What is true already hangs on the party for its leaves, unless these are known too.
            if (verdicts[i].Truth == Truth.True) leaves[i] = view.Leaves(candidates[i]);
            hangsOn.Add(leaves[i] is null ? view.HangsOn : PartyParts.None);
        }

        return known.Classes.GetOrAdd(kind, new OfClass(new Settled(candidates, []).With(verdicts, leaves, e, known.SieveOf), hangsOn));
    }

    void Forget(Known known) { Interlocked.Increment(ref Forgets); Interlocked.CompareExchange(ref _known, new Known(), known); }

    /// <summary>What one judge was answered lately, found without a lock or a walk: two tables of fixed size in which a newer answer takes the place of an older one.</summary>
    public sealed class Recent
    {
        const int MostClasses = 1024, MostParties = 8192;

        readonly (EventClass Kind, OfClass? Class)[] _classes = new (EventClass, OfClass?)[MostClasses];
        readonly (OfClass? Class, EventParty Party, Settled Settled)[] _parties = new (OfClass?, EventParty, Settled)[MostParties];
        Known? _of;

        internal ref (EventClass Kind, OfClass? Class) ClassOf(Known known, in EventClass kind)
        {
            if (!ReferenceEquals(_of, known))
            {
                // What was forgotten is not held on to.
                Array.Clear(_classes);
                Array.Clear(_parties);
                _of = known;
            }

            return ref _classes[(uint)kind.GetHashCode() % MostClasses];
        }

        internal ref (OfClass? Class, EventParty Party, Settled Settled) PartyOf(OfClass ofClass, in EventParty party) =>
            ref _parties[(uint)(party.GetHashCode() ^ ofClass.Number * 0x61C8_8647) % MostParties];
    }

    internal sealed class Known
    {
        public int Parties;

        readonly ConcurrentDictionary<string, BodySieve?> _sieves = new(StringComparer.Ordinal);

        public ConcurrentDictionary<EventClass, OfClass> Classes { get; } = new();

        public SymbolTable Lists { get; } = new(MostLists);

        public BodySieve? SieveOf(EventRule[] open) => _sieves.GetOrAdd(string.Join(',', open.Select(r => r.Index)), static (_, rules) => BodySieve.Of(rules), open);
    }

    /// <summary>One class. Rules that hang on the same parts of the party are asked once for each of these, not once for each party.</summary>
    internal sealed class OfClass(Settled common, IReadOnlyList<PartyParts> ruleHangsOn)
    {
        // More different leaves than this are not kept apart: the rule is asked for them.
        const int MostLeaves = 1024;

        readonly ConcurrentDictionary<string, Settled> _byVerdicts = new(StringComparer.Ordinal);
        readonly ConcurrentDictionary<string, int> _leaves = new(StringComparer.Ordinal);

        static int s_classes;
        int _numbers = -1;

        readonly OfParts[] _groups =
        [
            .. Enumerable.Range(0, common.Open.Length).Where(i => ruleHangsOn[i] != PartyParts.None).GroupBy(i => ruleHangsOn[i]).Select(g => new OfParts(g.Key, [.. g])),
        ];

        public Settled Common => common;

        public int Number { get; } = Interlocked.Increment(ref s_classes);

        public PartyParts HangsOn { get; } = ruleHangsOn.Aggregate(PartyParts.None, (all, one) => all | one);

        public ConcurrentDictionary<EventParty, Settled> ByParty { get; } = new();

        public Settled Settle(AuditEvent e, in EventParty party, SettledView view, Known known)
        {
            var verdicts = new Verdict[common.Open.Length];
            Array.Fill(verdicts, Settled.NotSettled);
            IReadOnlyList<AlertMatch>?[] leaves = [.. common.Certain];
            foreach (var group in _groups)
            {
                var found = group.Of(common, e, party, view);
                for (var i = 0; i < found.Length; i++) (verdicts[group.Places[i]], leaves[group.Places[i]]) = found[i];
            }

            // Nearly all parties of a class settle the same.
            Span<char> key = stackalloc char[verdicts.Length];
            for (var i = 0; i < key.Length; i++) key[i] = KeyOf(verdicts[i], ref leaves[i]);
            var text = key.ToString();
            return _byVerdicts.TryGetValue(text, out var same) ? same : _byVerdicts.GetOrAdd(text, common.With(verdicts, leaves, e, known.SieveOf));
        }

        char KeyOf(Verdict verdict, ref IReadOnlyList<AlertMatch>? leaves)
        {
            if (!Settled.IsOpen(verdict)) return verdict.Truth == Truth.False ? 'n' : (char)(0x100 + (int)verdict.Why);
            if (leaves is null) return '?';
            var number = _leaves.GetOrAdd(string.Join('\0', leaves.Select(l => $"{l.Selection}\0{l.Field}\0{l.Value}")), _ => Interlocked.Increment(ref _numbers));
            if (number < MostLeaves) return (char)(0x1000 + number);
            leaves = null;
            return '?';
        }
    }

    sealed class OfParts(PartyParts parts, int[] places)
    {
        readonly ConcurrentDictionary<EventParty, (Verdict, IReadOnlyList<AlertMatch>?)[]> _known = new();

        public int[] Places => places;

        public (Verdict Verdict, IReadOnlyList<AlertMatch>? Leaves)[] Of(Settled common, AuditEvent e, in EventParty party, SettledView view)
        {
            var key = party.Only(parts);
            if (_known.TryGetValue(key, out var known)) return known;
            var found = new (Verdict Verdict, IReadOnlyList<AlertMatch>?)[places.Length];
            view.Look(e, parts);
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
