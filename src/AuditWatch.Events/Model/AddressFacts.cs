namespace AuditWatch.Events.Model;

/// <summary>What derived fields say of the addresses a request came from, the addresses themselves apart.</summary>
/// <param name="Scope">Of the client's address.</param>
/// <param name="IsForwarded">Whether there are several.</param>
/// <param name="IsInCluster">Whether the client's address is one of the cluster's networks; meaningless when none are named.</param>
readonly record struct AddressFacts(AddressScope Scope, bool IsForwarded, bool IsInCluster)
{
    public int Packed => (int)Scope << 2 | (IsForwarded ? 2 : 0) | (IsInCluster ? 1 : 0);
}

/// <summary>Whose an address is.</summary>
enum AddressScope : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A text that is no address.</summary>
    NoAddress,

    Loopback,
    LinkLocal,
    Private,
    Public,
}
