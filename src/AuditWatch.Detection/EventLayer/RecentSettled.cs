using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What one judge was answered lately, found without a lock or a walk: tables of fixed size in which a newer answer takes the place of an older one.</summary>
sealed class RecentSettled
{
    const int MostClasses = 1024, MostUsers = 16_384, MostParties = 32_768;

    readonly (EventClass Kind, SettledNode Node)[] _classes = new (EventClass, SettledNode)[MostClasses];
    readonly (SettledNode Class, EventParty User, SettledNode Node)[] _users = new (SettledNode, EventParty, SettledNode)[MostUsers];
    readonly (SettledNode Node, EventParty Party, Settled Settled)[] _parties = new (SettledNode, EventParty, Settled)[MostParties];
    SettledMemory? _of;

    public ref (EventClass Kind, SettledNode Node) Class(SettledMemory memory, in EventClass kind)
    {
        if (!ReferenceEquals(_of, memory))
        {
            // What was forgotten is not held on to.
            Array.Clear(_classes);
            Array.Clear(_users);
            Array.Clear(_parties);
            _of = memory;
        }

        return ref _classes[(uint)kind.GetHashCode() % MostClasses];
    }

    public ref (SettledNode Class, EventParty User, SettledNode Node) User(SettledNode ofClass, in EventParty user) => ref _users[Place(ofClass, user) % MostUsers];

    public ref (SettledNode Node, EventParty Party, Settled Settled) Party(SettledNode node, in EventParty party) => ref _parties[Place(node, party) % MostParties];

    static uint Place(SettledNode node, in EventParty party) => (uint)(party.GetHashCode() ^ node.Number * 0x61C8_8647);
}
