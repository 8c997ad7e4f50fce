using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>
    /// Binds the state to a journal, by the id of the folder that holds it: positions and detection state mean nothing beside another. Binding again is no change.
    /// </summary>
    /// <exception cref="StateSchemaException">It belongs to another journal.</exception>
    public Task ClaimAsync(string installation, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var holder = await transaction.Connection!.QueryFirstOrDefaultAsync<string?>(Sql("select id from installation", null, transaction, stop)).ConfigureAwait(false);
        if (holder == installation) return 0;
        if (holder is not null)
            throw new StateSchemaException($"{Place} holds the state of another journal (installation {holder}; this data folder is {installation}). " +
                                           "Each server needs a database of its own. If the folder was lost for good, make a new database: positions in it point into the lost journal.");
        return await transaction.Connection!.ExecuteAsync(Sql(
            "insert into installation (id, claimed_us) values (@installation, @now)", new { installation, now = UnixMicros.Of(_clock) }, transaction, stop)).ConfigureAwait(false);
    }, stop);

    /// <summary>Notes by which redaction key this installation's ingesters mark secrets, if none did before; returns the mark that counts. Null: the state belongs to nobody yet.</summary>
    public Task<string?> BindRedactionKeyAsync(string mark, CancellationToken stop) => WriteAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync(Sql("update installation set redaction_mark = @mark where redaction_mark is null", new { mark }, transaction, stop)).ConfigureAwait(false);
        return await transaction.Connection!.QueryFirstOrDefaultAsync<string?>(Sql("select redaction_mark from installation", null, transaction, stop)).ConfigureAwait(false);
    }, stop);
}
