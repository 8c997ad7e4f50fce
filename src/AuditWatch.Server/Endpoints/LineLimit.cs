using System.Globalization;

namespace AuditWatch.Server.Endpoints;

/// <summary>
/// Lets through as many log lines of one kind a minute as anybody reads, and counts the others: whoever is refused may ask thousands of times a second.
/// </summary>
sealed class LineLimit(TimeProvider clock, int mostPerMinute = 20)
{
    static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    long _began = clock.GetTimestamp();
    int _told;
    long _untold;

    /// <summary>Whether the line may be written, and what it ends with: how many were not, since the last one that was.</summary>
    public bool MayTell(out string more)
    {
        lock (_lock)
        {
            more = "";
            if (clock.GetElapsedTime(_began) >= s_window) (_began, _told) = (clock.GetTimestamp(), 0);
            if (_told >= mostPerMinute)
            {
                _untold++;
                return false;
            }

            _told++;
            if (_untold > 0) more = string.Create(CultureInfo.InvariantCulture, $" ({_untold} more like this since the last line.)");
            _untold = 0;
            return true;
        }
    }
}
