using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Remembers, for every class of event of one cluster, every user within it and every party of that user, which rules that alone makes false or unanswerable. The
/// rules are asked about an event of which only the common part is shown; by Kleene's logic a verdict that does not hang on the rest is the verdict on all alike.
/// Nearly all traffic is robots that repeat themselves, so most events are settled by a few lookups. Shared by all judges of the cluster; bounded, and forgetting
/// is harmless.
/// </summary>
sealed class SettledVerdicts(RuleSet rules)
{
    const int MostClasses = 8192, MostParties = 65_536;

    readonly Settled _nothing = new([.. rules.Rules], []);
    SettledMemory _memory = new();

    public RuleSet Rules => rules;

    /// <summary>What is certain of the event. <paramref name="view"/> and <paramref name="recent"/> are the caller's own.</summary>
    public Settled For(AuditEvent e, SettledView view, RecentSettled recent)
    {
        if (!e.TryClassify(out var kind)) return _nothing;
        var memory = Volatile.Read(ref _memory);
        ref var last = ref recent.Class(memory, kind);
        if (last.Node is null || last.Kind != kind) last = (kind, memory.Classes.TryGetValue(kind, out var known) ? known : Learn(memory, e, kind, view));
        var node = last.Node;
        if ((node.HangsOn & PartyParts.User) != 0)
        {
            if (!e.TryIdentify(PartyParts.User, memory.Lists, out var user)) return node.Common;
            node = OfUser(memory, node, e, user, view, recent);
        }

        if (node.HangsOn == PartyParts.None) return node.Common;
        if (!e.TryIdentify(node.HangsOn, memory.Lists, out var party))
        {
            if (memory.Lists.Overflow > 0) Forget(memory);
            return node.Common;
        }

        ref var lastly = ref recent.Party(node, party);
        if (ReferenceEquals(lastly.Node, node) && lastly.Party == party) return lastly.Settled;
        if (!node.ByParty.TryGetValue(party, out var settled))
        {
            Count(memory);
            settled = node.ByParty.GetOrAdd(party, node.Settle(e, party, view, memory));
        }

        lastly = (node, party, settled);
        return settled;
    }

    SettledNode OfUser(SettledMemory memory, SettledNode ofClass, AuditEvent e, in EventParty user, SettledView view, RecentSettled recent)
    {
        ref var last = ref recent.User(ofClass, user);
        if (ReferenceEquals(last.Class, ofClass) && last.User == user) return last.Node;
        if (!ofClass.ByUser.TryGetValue(user, out var node))
        {
            Count(memory);
            node = ofClass.ByUser.GetOrAdd(user, ofClass.OfUser(e, view, memory));
        }

        last = (ofClass, user, node);
        return node;
    }

    SettledNode Learn(SettledMemory memory, AuditEvent e, in EventClass kind, SettledView view)
    {
        if (memory.Classes.Count >= MostClasses) Forget(memory);
        return memory.Classes.GetOrAdd(kind, SettledNode.Of(rules.Candidates.For(e), e, view, memory));
    }

    void Count(SettledMemory memory)
    {
        if (Interlocked.Increment(ref memory.Parties) > MostParties) Forget(memory);
    }

    void Forget(SettledMemory memory) => Interlocked.CompareExchange(ref _memory, new SettledMemory(), memory);
}
