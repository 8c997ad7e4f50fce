namespace AuditWatch.Events.Model;

/// <summary>Gives low-cardinality texts (verbs, resources, users, agents) small integers and one shared string each. Bounded; shared by all threads.</summary>
public sealed class SymbolTable
{
}
