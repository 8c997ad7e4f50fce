namespace AuditWatch.Server.Hosting;

/// <summary>A value made from a file, made again when the file has changed. A new file that cannot be read leaves the old value in force.</summary>
sealed class RotatingFile<T>(string path, Func<T> load) where T : class
{
    static readonly long CheckEvery = TimeSpan.FromSeconds(2).Ticks;
    readonly Lock _gate = new();
    T _value = load();
    DateTime _stamp = File.GetLastWriteTimeUtc(path);
    long _checked = Environment.TickCount64;

    public T Value
    {
        get
        {
            lock (_gate)
            {
                if ((Environment.TickCount64 - _checked) * TimeSpan.TicksPerMillisecond < CheckEvery) return _value;
                _checked = Environment.TickCount64;
                var stamp = File.GetLastWriteTimeUtc(path);
                if (stamp == _stamp) return _value;
                try
                {
                    _value = load();
                    _stamp = stamp;
                }
                catch (Exception fault) when (fault is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
                {
                    // Half-written, or certificate and key do not match yet: the next look finds the finished pair.
                }
                return _value;
            }
        }
    }
}
