using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Endpoints;

/// <summary>
/// One line for the first post of a kind that is refused, and after each minute one that counts those like it: an API server with a wrong token tries again and
/// again, and a log that it fills hides everything else.
/// </summary>
sealed partial class RefusalLog(TimeProvider clock, ILogger<RefusalLog> log) : IDisposable
{
    static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    // Names of clusters come from whoever posts; beyond so many they share a line.
    const int MostKinds = 200;
    const string Others = "(others)";

    readonly Lock _gate = new();
    readonly Dictionary<(string Cluster, int Status), Kind> _kinds = [];

    /// <summary>A post was answered with this status; 0: it broke off and got no answer.</summary>
    public void Refused(string cluster, string peer, int status, string why)
    {
        lock (_gate)
        {
            if (_kinds.Count >= MostKinds && !_kinds.ContainsKey((cluster, status))) cluster = Others;
            if (_kinds.TryGetValue((cluster, status), out var kind))
            {
                (kind.More, kind.Peer, kind.Why) = (kind.More + 1, peer, why);
                return;
            }
            var key = (cluster, status);
            _kinds[key] = new Kind(clock.CreateTimer(_ => OnMinute(key), null, s_every, s_every)) { Peer = peer, Why = why };
        }
        if (status == 0) BrokeOff(log, cluster, peer, why);
        else First(log, cluster, peer, status, why);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Twice: what is still to be told, then nothing more, which ends the timer.
        for (var round = 0; round < 2; round++)
            foreach (var key in Keys()) OnMinute(key);
    }

    List<(string, int)> Keys()
    {
        lock (_gate) return [.. _kinds.Keys];
    }

    void OnMinute((string Cluster, int Status) key)
    {
        long more;
        string peer, why;
        lock (_gate)
        {
            if (!_kinds.TryGetValue(key, out var kind)) return;
            (more, peer, why) = (kind.More, kind.Peer, kind.Why);
            kind.More = 0;
            if (more == 0)
            {
                kind.Timer.Dispose();
                _kinds.Remove(key);
                return;
            }
        }
        More(log, more, key.Cluster, key.Status, peer, why);
    }

    sealed class Kind(ITimer timer)
    {
        public ITimer Timer => timer;

        public long More { get; set; }

        public string Peer { get; set; } = "";

        public string Why { get; set; } = "";
    }

    [LoggerMessage(3501, LogLevel.Warning, "Refused a post for cluster {Cluster} from {Peer} with {Status}: {Why}")]
    static partial void First(ILogger log, string cluster, string peer, int status, string why);

    [LoggerMessage(3503, LogLevel.Warning, "A post for cluster {Cluster} from {Peer} broke off: {Why}")]
    static partial void BrokeOff(ILogger log, string cluster, string peer, string why);

    [LoggerMessage(3504, LogLevel.Warning, "And {More} more posts like this in the last minute: cluster {Cluster}, status {Status}, the last from {Peer}: {Why}")]
    static partial void More(ILogger log, long more, string cluster, int status, string peer, string why);
}
