using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// When.
public sealed partial class AuditEvent
{
    long _requestReceivedMicros, _timeMicros;
    TimeSource _timeSource;
    bool _requestReceivedKnown, _timeKnown;

    /// <summary>requestReceivedTimestamp, microseconds since 1970; 0 when missing</summary>
    public long RequestReceivedMicros
    {
        get
        {
            if (_requestReceivedKnown) return _requestReceivedMicros;
            _requestReceivedKnown = true;
            Rfc3339.TryRead(Plain(HotField.RequestReceivedTimestamp), out _requestReceivedMicros);
            return _requestReceivedMicros;
        }
    }

    /// <summary>The event's time, microseconds since 1970; see <see cref="TimeSource"/></summary>
    public long TimeMicros { get { FindTime(); return _timeMicros; } }

    /// <summary>Where <see cref="TimeMicros"/> came from.</summary>
    public TimeSource TimeSource { get { FindTime(); return _timeSource; } }

    void FindTime()
    {
        if (_timeKnown) return;
        _timeKnown = true;
        if (Rfc3339.TryRead(Plain(HotField.StageTimestamp), out _timeMicros)) _timeSource = TimeSource.Stage;
        else if ((_timeMicros = RequestReceivedMicros) != 0) _timeSource = TimeSource.RequestReceived;
        else if ((_timeMicros = _origin.EnvelopeTimeMicros) != 0) _timeSource = TimeSource.Envelope;
        else (_timeMicros, _timeSource) = (_receivedMicros, TimeSource.Receipt);
    }

    void ForgetTimes() => _requestReceivedKnown = _timeKnown = false;
}
