using System.Runtime.CompilerServices;
using System.Text;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// The least that is kept of every event for the reach of the reorder buffer: enough to move event time on, to follow a request's outcome, and to be named as
/// the first act of a subject or a credential's use at an address. A value, so that keeping it costs no allocation.
/// </summary>
struct Act
{
    public long TimeMicros;
    public long RequestReceivedMicros;
    public ulong Actor;
    public ulong Group;
    public ulong Request;

    /// <summary>Hash of the credential's id and the client's address, where this worker had not seen the two together, or not this early; else 0 and null.</summary>
    public ulong Credential;
    public string? ClientIp;
    public int Place;
    AuditIdBytes _auditId;
    byte _auditIdLength;
    public AuditStage Stage;
    public Outcome Outcome;
    public TimeSource TimeSource;

    /// <summary>Whether the auditID, which clients choose, is longer than what fits; then the batch keeps it.</summary>
    public readonly bool HasLongAuditId => _auditIdLength > AuditIdBytes.Length;

    public readonly string ShortAuditId
    {
        get
        {
            ReadOnlySpan<byte> bytes = _auditId;
            return Encoding.UTF8.GetString(bytes[.._auditIdLength]);
        }
    }

    /// <summary>False: it does not fit.</summary>
    public bool TrySetAuditId(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > AuditIdBytes.Length)
        {
            _auditIdLength = byte.MaxValue;
            return false;
        }

        _auditIdLength = (byte)utf8.Length;
        utf8.CopyTo(_auditId);
        return true;
    }

    [InlineArray(Length)]
    struct AuditIdBytes
    {
        public const int Length = 36;
        byte _first;
    }
}
