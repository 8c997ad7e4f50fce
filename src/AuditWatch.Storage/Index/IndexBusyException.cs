namespace AuditWatch.Storage.Index;

/// <summary>Another process, usually a running server, has the index open.</summary>
public sealed class IndexBusyException(string file, Exception? cause) : Exception(
    $"{file}: another process has the index open. While the server runs on this data folder, ask it: use --server URL instead of --data.", cause);
