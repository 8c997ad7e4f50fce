using System.Net;

namespace AuditWatch.Server.Configuration;

/// <summary>
/// What <c>checkpoint_store</c> may be: nothing (the server's own state), the file of a SQLite database, <c>postgresql://USER@HOST:PORT/DATABASE</c>, or the address of a
/// blob container.
/// </summary>
static class CheckpointPlace
{
    public const string Forms = "the file of a SQLite database, postgresql://USER@HOST:PORT/DATABASE, or https://ACCOUNT.blob.core.windows.net/CONTAINER; leave it out to keep checkpoints with the server's own state";

    public static bool IsPostgres(Uri place) => place.Scheme == "postgresql";

    /// <summary>The address; null when it is a file.</summary>
    public static Uri? AddressOf(string store) => store.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(store, UriKind.Absolute, out var place) ? place : null;

    /// <summary>The key that is wrong, and why; null when nothing is.</summary>
    public static (string Key, string Fault)? FaultOf(string? store, bool hasSecret)
    {
        if (store is null || !store.Contains("://", StringComparison.Ordinal))
            return hasSecret ? ("checkpoint_secret_file", "or checkpoint_secret_env is given, but 'checkpoint_store' names no PostgreSQL database and no blob container.") : null;
        if (AddressOf(store) is not { } place || place.AbsolutePath.Trim('/').Length == 0 || place.Fragment.Length > 0) return ("checkpoint_store", $"is '{store}', but must be {Forms}.");
        if (place.UserInfo.Contains(':', StringComparison.Ordinal) || (!IsPostgres(place) && place.Query.Length > 0))
            return ("checkpoint_store", "holds a secret; name a file that holds it with 'checkpoint_secret_file'.");
        if (IsPostgres(place)) return place.UserInfo.Length == 0 || place.Query is not ("" or "?tls=disable") ? ("checkpoint_store", $"is '{store}', but must be postgresql://USER@HOST:PORT/DATABASE, or the same with ?tls=disable.") : null;
        var isLocal = IPAddress.TryParse(place.Host, out var address) && IPAddress.IsLoopback(address);
        if (place.Scheme == "https" || (place.Scheme == "http" && isLocal)) return null;
        return ("checkpoint_store", $"is '{store}', but must be {Forms}.");
    }
}
