using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

/// <summary>
/// One audit event, read lazily from its bytes; one instance is reused from event to event by one thread. Everything derived is computed at most once per event.
/// Texts are null when the event does not have the field; repeated texts are one shared string. Lists and strings may be kept; <see cref="FieldAnswer"/> may not.
/// </summary>
/// <param name="symbols">Where texts are interned; shared by all threads.</param>
public sealed partial class AuditEvent(SymbolTable symbols)
{
    // Fields whose values repeat from event to event. Names, URIs, ids, times and messages do not, and would only fill the table.
    const ulong Interned = 1UL << (int)HotField.Kind | 1UL << (int)HotField.ApiVersion | 1UL << (int)HotField.Level | 1UL << (int)HotField.Stage
        | 1UL << (int)HotField.Verb | 1UL << (int)HotField.UserName | 1UL << (int)HotField.ImpersonatedUserName | 1UL << (int)HotField.UserAgent
        | 1UL << (int)HotField.ObjectResource | 1UL << (int)HotField.ObjectNamespace | 1UL << (int)HotField.ObjectApiGroup
        | 1UL << (int)HotField.ObjectApiVersion | 1UL << (int)HotField.ObjectSubresource | 1UL << (int)HotField.ResponseStatusText
        | 1UL << (int)HotField.ResponseReason;

    // Whoever may send a request chooses these, by header or path, even when it is refused.
    const ulong ClientChosen = 1UL << (int)HotField.Verb | 1UL << (int)HotField.UserAgent | 1UL << (int)HotField.ObjectResource | 1UL << (int)HotField.ObjectNamespace
        | 1UL << (int)HotField.ObjectApiGroup | 1UL << (int)HotField.ObjectApiVersion | 1UL << (int)HotField.ObjectSubresource;

    readonly EventRanges _own = new();
    readonly EventScratch _scratch = new();
    readonly string?[] _texts = new string?[(int)HotField.Count];
    readonly int[] _symbolOf = new int[(int)HotField.Count];
    readonly ReadOnlyMemory<byte>[] _plain = new ReadOnlyMemory<byte>[(int)HotField.Count];
    ReadOnlyMemory<byte> _utf8;
    EventRanges _ranges = new();
    EventOrigin _origin;
    ClusterFacts _cluster = new();
    long _receivedMicros;
    bool _isOfGke, _isUnstaged;
    ulong _textKnown, _symbolKnown, _plainKnown;

    /// <summary>Where its texts are interned.</summary>
    public SymbolTable Symbols { get; } = symbols;

    /// <summary>The event's bytes, without half surrogate pairs (<see cref="LoneSurrogates"/>).</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>The scanned ranges.</summary>
    public EventRanges Ranges => _ranges;

    /// <summary>
    /// What is known beside the bytes. For an event that <see cref="EventUnwrapper"/> salvaged or converted, cut and envelope time are read back from the mark in
    /// the event, so a reader of the journal knows them too.
    /// </summary>
    public EventOrigin Origin => _origin;

    /// <summary>The cluster it belongs to.</summary>
    public ClusterFacts Cluster => _cluster;

    /// <summary>Points this instance at an event; the bytes are borrowed until the next call. False with the fault when they do not scan.</summary>
    public bool TryRead(ReadOnlyMemory<byte> utf8, in EventOrigin origin, ClusterFacts cluster, long receivedMicros, out ScanError error)
    {
        if (!EventScanner.TryScan(utf8.Span, _own, out error)) return false;
        Read(utf8, _own, origin, cluster, receivedMicros);
        return true;
    }

    /// <summary>Points this instance at an event that was scanned already; bytes and ranges are borrowed until the next call.</summary>
    public void Read(ReadOnlyMemory<byte> utf8, EventRanges ranges, in EventOrigin origin, ClusterFacts cluster, long receivedMicros)
    {
        _utf8 = utf8 = LoneSurrogates.Replaced(utf8);
        _ranges = ranges;
        _cluster = cluster;
        _receivedMicros = receivedMicros;
        _origin = EventMark.TryRead(utf8.Span, out var isCut, out var envelopeMicros, out var madeOf)
            ? origin with { IsCut = origin.IsCut || isCut, EnvelopeTimeMicros = origin.EnvelopeTimeMicros != 0 ? origin.EnvelopeTimeMicros : envelopeMicros }
            : origin;
        (_isOfGke, _isUnstaged) = (madeOf.StartsWith("gke"u8), madeOf.SequenceEqual("gke-unstaged"u8));
        _textKnown = _symbolKnown = _plainKnown = 0;
        _hintsKnown = false;
        _annotations = null;
        _scratch.Reset();
        ForgetSections();
        ForgetIdentity();
        ForgetTimes();
        ForgetDerived();
    }

    /// <summary>A hot field's text, unescaped; interned where values repeat; null when absent or no string.</summary>
    public string? Text(HotField field)
    {
        var bit = 1UL << (int)field;
        _lookedAt |= bit;
        if ((_textKnown & bit) != 0) return _texts[(int)field];
        _textKnown |= bit;
        string? text = null;
        if (_ranges.Has(field) && _ranges.IsString(field))
        {
            var symbol = Symbol(field);
            text = symbol >= 0 ? Symbols.TextOf(symbol) : Encoding.UTF8.GetString(Plain(field));
        }

        return _texts[(int)field] = text;
    }

    /// <summary>A hot field's symbol (see <see cref="SymbolTable"/>), or -1 when absent or not interned.</summary>
    public int Symbol(HotField field)
    {
        var bit = 1UL << (int)field;
        _lookedAt |= bit;
        if ((_symbolKnown & bit) != 0) return _symbolOf[(int)field];
        _symbolKnown |= bit;
        var symbol = -1;
        if ((Interned & bit) != 0 && _ranges.Has(field) && _ranges.IsString(field))
            symbol = Symbols.FindOrAdd(Plain(field), clientChosen: (ClientChosen & bit) != 0)?.Symbol ?? -1;
        return _symbolOf[(int)field] = symbol;
    }

    /// <summary>A hot field's bytes: a string without quotes and unescaped, anything else as written; empty when absent.</summary>
    public ReadOnlySpan<byte> Plain(HotField field)
    {
        if (!_ranges.Has(field)) return default;
        var raw = Raw(field);
        if (!_ranges.IsEscaped(field)) return raw;
        var bit = 1UL << (int)field;
        if ((_plainKnown & bit) == 0)
        {
            _plainKnown |= bit;
            _plain[(int)field] = Unescaped(raw);
        }

        return _plain[(int)field].Span;
    }

    ReadOnlyMemory<byte> Unescaped(ReadOnlySpan<byte> raw)
    {
        var memory = _scratch.Rent(raw.Length);
        return memory[..JsonText.Unescape(raw, memory.Span)];
    }
}
