using System.Buffers;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Says in the journal that a cluster has been silent: after a second without events, one record. Readers that hold events back to put them in order let go there,
/// and a replay lets go at the same places.
/// </summary>
public sealed class IdleMarks(IJournal journal, TimeProvider time, TimeSpan? after = null) : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Cluster> _clusters = new(StringComparer.Ordinal);
    readonly TimeSpan _after = after ?? TimeSpan.FromSeconds(1);
    bool _isClosed;

    /// <summary>A cluster has had events, the last of them at <paramref name="last"/>. At start: for each cluster that the last run left without its mark.</summary>
    public void OnEvents(string cluster, EventPosition last)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            if (!_clusters.TryGetValue(cluster, out var state))
            {
                state = new Cluster(cluster);
                state.Timer = time.CreateTimer(OnSilence, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _clusters.Add(cluster, state);
            }
            if (last > state.Last) state.Last = last;
            state.IsDue = true;
            state.Timer!.Change(_after, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether a cluster that had events still waits for its mark.</summary>
    public bool IsAnyDue
    {
        get
        {
            lock (_gate) return !Writing.IsCompleted || _clusters.Values.Any(c => c.IsDue);
        }
    }

    /// <summary>Marks being written.</summary>
    internal Task Writing { get; private set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            _isClosed = true;
            foreach (var cluster in _clusters.Values) cluster.Timer?.Dispose();
            writing = Writing;
        }
        await writing.ConfigureAwait(false);
    }

    void OnSilence(object? state)
    {
        var cluster = (Cluster)state!;
        lock (_gate)
        {
            if (_isClosed || !cluster.IsDue) return;
            cluster.IsDue = false;
            Writing = WriteAfterAsync(Writing, cluster, cluster.Last);
        }
    }

    async Task WriteAfterAsync(Task before, Cluster cluster, EventPosition last)
    {
        await before.ConfigureAwait(false);
        try
        {
            await journal.AppendAsync(new JournalBatch(cluster.Name, "idle", "", RecordKind.Idle, [Record(cluster.Name, last)]), CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                // Silent clusters are forgotten, so that names which came once cost nothing for good.
                if (cluster.IsDue || !_clusters.Remove(cluster.Name)) return;
                cluster.Timer!.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // No room, or closing: the mark stays due, and is tried again or made up for at the next start.
            lock (_gate)
            {
                if (_isClosed || cluster.IsDue) return;
                cluster.IsDue = true;
                cluster.Timer!.Change(_after, Timeout.InfiniteTimeSpan);
            }
        }
    }

    static byte[] Record(string cluster, EventPosition last)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("cluster", cluster);
            json.WriteString("after", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{last.Segment}/{last.Frame}/{last.Index}"));
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    sealed class Cluster(string name)
    {
        public string Name { get; } = name;
        public EventPosition Last { get; set; } = EventPosition.Start;
        public bool IsDue { get; set; }
        public ITimer? Timer { get; set; }
    }
}
