using System.Data.Common;

namespace AuditWatch.Storage.State;

/// <summary>What differs between the databases that can hold the state. Everything else is one SQL, in <see cref="StateStore"/>.</summary>
internal abstract class StateDatabase
{
    /// <summary>For messages: what and where.</summary>
    public abstract string Place { get; }

    /// <summary>Brings the schema up to date; does nothing when it is. Refuses a schema that a newer version wrote.</summary>
    public abstract void Migrate();

    /// <summary>An open connection, durable on commit.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken stop);
}
