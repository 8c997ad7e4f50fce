using System.Buffers.Binary;
using System.Text;
using AuditWatch.Events;
using ZstdSharp;

namespace AuditWatch.Ingest.Journal;

/// <summary>Turns a frame whose checksum holds into records. Its buffers are reused, so what it returns is borrowed until the next frame.</summary>
internal sealed class FrameDecoder : IDisposable
{
    readonly Decompressor _zstd = new();
    readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    byte[] _raw = [];
    ReadOnlyMemory<byte>[] _records = [];
    EventId[] _ids = [];
    byte[] _nameBytes = [];
    string _cluster = "", _source = "", _position = "", _apiServer = "";

    /// <summary>Decodes the reader's frame. False with a sentence when the payload does not hold what the header says.</summary>
    public bool TryDecode(SegmentReader reader, int firstIndex, out JournalFrame? frame, out string problem) =>
        TryDecode(reader.Header, reader.HeaderBytes, reader.Payload, new EventPosition(reader.Header.Segment, reader.Header.Frame, firstIndex), out frame, out problem);

    /// <summary>Decodes a frame that lies at a place of its own, with the first record to take.</summary>
    public bool TryDecode(in FrameHeader header, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> payload, EventPosition first, out JournalFrame? frame, out string problem)
    {
        frame = null;
        if (_raw.Length < header.RawLength) _raw = GC.AllocateUninitializedArray<byte>(Math.Max(header.RawLength, FrameBuilder.TargetLength));
        if (header.Codec == FrameHeader.CodecRaw)
        {
            payload.CopyTo(_raw);
        }
        else
        {
            try
            {
                var length = _zstd.Unwrap(payload, _raw.AsSpan(0, header.RawLength));
                if (length != header.RawLength) return Fail($"the payload unpacks to {length} bytes, not {header.RawLength}", out problem);
            }
            catch (ZstdException e)
            {
                return Fail("the payload does not unpack: " + e.Message, out problem);
            }
        }
        if (_records.Length < header.Records) _records = new ReadOnlyMemory<byte>[header.Records];
        var at = 0;
        for (var i = 0; i < header.Records; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(header.LengthsAt + 4 * i)..]);
            if (length < 0 || length > header.RawLength - at) return Fail("its record lengths do not fit its raw length", out problem);
            _records[i] = _raw.AsMemory(at, length);
            at += length;
        }
        if (at != header.RawLength) return Fail("its record lengths do not add up to its raw length", out problem);
        problem = "";
        ReadNames(bytes, header);
        frame = new JournalFrame
        {
            Segment = first.Segment,
            Frame = first.Frame,
            Kind = header.Kind,
            Cluster = _cluster,
            Source = _source,
            SourcePosition = _position,
            ApiServer = _apiServer,
            ReceivedMicros = header.ReceivedMicros,
            MinEventMicros = header.MinEventMicros,
            MaxEventMicros = header.MaxEventMicros,
            FirstIndex = first.Index,
            Records = new ArraySegment<ReadOnlyMemory<byte>>(_records, 0, header.Records),
            Ids = ReadIds(bytes, header),
        };
        return true;
    }

    /// <summary>Cluster, source and source position of a header.</summary>
    public static (string Cluster, string Source, string Position) Names(ReadOnlySpan<byte> bytes, in FrameHeader header)
    {
        var names = bytes[FrameHeader.FixedLength..header.LengthsAt];
        return (Encoding.UTF8.GetString(names[..header.ClusterLength]),
            Encoding.UTF8.GetString(names.Slice(header.ClusterLength, header.SourceLength)),
            Encoding.UTF8.GetString(names[(header.ClusterLength + header.SourceLength)..]));
    }

    public void Dispose() => _zstd.Dispose();

    static bool Fail(string what, out string problem)
    {
        problem = what;
        return false;
    }

    ArraySegment<EventId> ReadIds(ReadOnlySpan<byte> bytes, in FrameHeader header)
    {
        if (!header.HasIds) return ArraySegment<EventId>.Empty;
        if (_ids.Length < header.Records) _ids = new EventId[header.Records];
        for (var i = 0; i < header.Records; i++) _ids[i] = new EventId(BinaryPrimitives.ReadUInt128BigEndian(bytes[(header.IdsAt + 16 * i)..]));
        return new ArraySegment<EventId>(_ids, 0, header.Records);
    }

    // Frame after frame comes from the same cluster and source; strings are made anew only when they change.
    void ReadNames(ReadOnlySpan<byte> bytes, in FrameHeader header)
    {
        var names = bytes[FrameHeader.FixedLength..header.LengthsAt];
        if (names.SequenceEqual(_nameBytes) && _cluster.Length > 0 && Encoding.UTF8.GetByteCount(_cluster) == header.ClusterLength
            && Encoding.UTF8.GetByteCount(_source) == header.SourceLength) return;
        var (cluster, source, position) = Names(bytes, header);
        _cluster = Shared(cluster);
        _source = Shared(source);
        (_position, var apiServer) = PlaceText.Split(position);
        _apiServer = Shared(apiServer);
        _nameBytes = names.ToArray();
    }

    string Shared(string name)
    {
        if (_names.TryGetValue(name, out var known)) return known;
        if (_names.Count < 1000) _names.Add(name, name);
        return name;
    }
}
