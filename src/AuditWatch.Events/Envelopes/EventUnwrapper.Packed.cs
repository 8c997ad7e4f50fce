namespace AuditWatch.Events.Envelopes;

// Records that are packed: small on the wire, and of any size in memory.
public sealed partial class EventUnwrapper
{
    readonly Queue<(ReadOnlyMemory<byte> Utf8, Part Data, Context Context)> _keptBack = [];
    UnpackBudget? _budget;
    bool _isOpening;

    /// <summary>How much packed records may become; every document is an input of its own unless <see cref="KeepsPackedBack"/>.</summary>
    public UnpackLimits Limits { get; init; } = UnpackLimits.Offline;

    /// <summary>
    /// Packed records are not opened by <see cref="Unwrap"/> but kept back (a copy, still packed) until <see cref="UnwrapNextPacked"/>, so that whoever feeds many senders' bodies in can
    /// decide when there is memory for one. An input begins with <see cref="BeginInput"/> then.
    /// </summary>
    public bool KeepsPackedBack { get; init; }

    /// <summary>Whether packed records wait to be opened.</summary>
    public bool HasPacked => _keptBack.Count > 0;

    /// <summary>What comes now is another input: the limits begin anew.</summary>
    public void BeginInput() => _budget = null;

    /// <summary>Opens the next packed record that was kept back; false when there is none.</summary>
    public bool UnwrapNextPacked(IUnwrapSink sink)
    {
        if (!_keptBack.TryDequeue(out var packed)) return false;
        // What is packed inside of it is opened with it: kept back, it would be held unpacked.
        _isOpening = true;
        try
        {
            Open(packed.Utf8, packed.Data, packed.Context, sink);
        }
        finally
        {
            _isOpening = false;
        }

        return true;
    }

    // A wrapper with base64 in its member "data".
    bool TryPacked(ReadOnlyMemory<byte> utf8, Part part, Context context, IUnwrapSink sink)
    {
        var json = utf8.Span[part.Start..part.End];
        if (!JsonMembers.TryFind(json, JsonSpans.SkipSpace(json, 0), "data"u8, out var start, out var end) || json[start] != '"') return false;
        var data = new Part(part.Start + start + 1, part.Start + end - 1);
        if (KeepsPackedBack && !_isOpening) _keptBack.Enqueue((utf8.ToArray(), data, context));
        else Open(utf8, data, context, sink);
        return true;
    }

    void Open(ReadOnlyMemory<byte> utf8, Part data, Context context, IUnwrapSink sink)
    {
        _budget ??= new UnpackBudget(Limits);
        if (Unpacking.TryUnpack(utf8.Span[data.Start..data.End], _budget, out var unpacked, out var reason, out var problem)) UnwrapStream(unpacked, context, sink);
        else Bad(reason, problem, utf8, context, sink);
    }
}
