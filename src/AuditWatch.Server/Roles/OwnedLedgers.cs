using System.Collections.Concurrent;
using AuditWatch.Ingest.Completeness;

namespace AuditWatch.Server.Roles;

/// <summary>The accounts that this process keeps, one ledger for each partition that it owns: for figures only.</summary>
sealed class OwnedLedgers
{
    readonly ConcurrentDictionary<CompletenessLedger, bool> _ledgers = new();

    public IReadOnlyCollection<CompletenessLedger> All => [.. _ledgers.Keys];

    /// <summary>A ledger is kept from here on; no more when the result is disposed of.</summary>
    public IDisposable Add(CompletenessLedger ledger)
    {
        _ledgers[ledger] = true;
        return new Kept(() => _ledgers.TryRemove(ledger, out _));
    }

    sealed class Kept(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
