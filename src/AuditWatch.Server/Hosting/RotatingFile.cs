namespace AuditWatch.Server.Hosting;

/// <summary>
/// A value made from a file, made again when the file has changed. A new file that cannot be read leaves the old value in force. Kubernetes renews a mounted Secret
/// by pointing a link of the folder elsewhere, at which the file's own link stays as it is: what counts is the file at the end of all links.
/// </summary>
sealed class RotatingFile<T>(string path, Func<T> load, TimeProvider clock) where T : class
{
    static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(2);
    readonly Lock _gate = new();
    T _value = load();
    DateTime _stamp = StampOf(path);
    long _checked = clock.GetTimestamp();

    public T Value
    {
        get
        {
            lock (_gate)
            {
                if (clock.GetElapsedTime(_checked) < CheckEvery) return _value;
                _checked = clock.GetTimestamp();
                try
                {
                    var stamp = StampOf(path);
                    if (stamp == _stamp) return _value;
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

    static DateTime StampOf(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.LastWriteTimeUtc ?? File.GetLastWriteTimeUtc(path);
}
