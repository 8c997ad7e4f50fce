using System.Globalization;

namespace AuditWatch.Cli.Output;

/// <summary>One line on stderr: share done, bytes, events per second, time left. Only where a person looks.</summary>
internal sealed class ProgressBar(Terminal terminal, long totalBytes)
{
    const int Width = 28;
    readonly long _began = TimeProvider.System.GetTimestamp();
    readonly Lock _gate = new();
    long _bytes, _events, _drawn;
    bool _visible;

    public void Add(long bytes, long events)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _events, events);
        Draw();
    }

    /// <summary>Takes the line away so that something else can be written.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (_visible) terminal.Status("");
            _visible = false;
        }
    }

    public void End() => Clear();

    void Draw()
    {
        if (!terminal.ErrorIsTerminal) return;
        lock (_gate)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (TimeProvider.System.GetElapsedTime(_drawn, now) < TimeSpan.FromMilliseconds(100)) return;
            _drawn = now;
            var seconds = Math.Max(0.001, TimeProvider.System.GetElapsedTime(_began, now).TotalSeconds);
            var share = totalBytes > 0 ? Math.Min(1, _bytes / (double)totalBytes) : 0;
            var left = share > 0 ? TimeSpan.FromSeconds(seconds / share - seconds) : TimeSpan.Zero;
            var bar = new string('#', (int)(share * Width)).PadRight(Width, '.');
            terminal.Status(string.Create(CultureInfo.InvariantCulture,
                $"[{bar}] {share * 100,3:F0}%  {_bytes / 1e6:F0} MB  {_events / seconds:F0} events/s  {left:mm\\:ss} left"));
            _visible = true;
        }
    }
}
