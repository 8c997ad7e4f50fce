using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// The chains of a partition, one for each producer that wrote it: every frame names the one before it, the first names its producer and partition. A chain that begins
/// in the middle was cut by retention when its beginning lay before the partition's, which the frame tells: it names the offset that its producer knew to be durable.
/// </summary>
internal sealed class ChainCheck(int partition, long firstOffset)
{
    readonly Dictionary<UInt128, State> _chains = [];

    /// <summary>Producers met.</summary>
    public IReadOnlyCollection<UInt128> Producers => _chains.Keys;

    /// <summary>Producers whose beginning retention removed.</summary>
    public int Cut { get; private set; }

    /// <summary>What the first frame of a chain has in place of the hash of the one before.</summary>
    public static byte[] Beginning(UInt128 producer, int partition)
    {
        var bytes = new byte[FrameHeader.HashLength];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, producer);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), partition);
        return bytes;
    }

    /// <summary>Takes the next frame of the partition. A sentence when it does not continue its producer's chain.</summary>
    /// <param name="key">Its Kafka key.</param>
    /// <param name="header">Its header.</param>
    /// <param name="frame">Its bytes.</param>
    public string? Take(in PartKey key, in FrameHeader header, ReadOnlySpan<byte> frame)
    {
        var problem = Judge(key, header, frame);
        if (!_chains.TryGetValue(key.Producer, out var state)) _chains.Add(key.Producer, state = new State());
        state.Next = key.Sequence + 1;
        SHA256.HashData(frame[..^FrameHeader.TrailerLength], state.Hash);
        return problem;
    }

    string? Judge(in PartKey key, in FrameHeader header, ReadOnlySpan<byte> frame)
    {
        var name = key.Producer.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)[..8];
        var previous = FrameHeader.PreviousHash(frame);
        if (KafkaPlace.Of(key.Sequence, 0) != new Events.EventPosition(header.Segment, header.Frame, 0))
            return $"its key says that it is frame {key.Sequence} of producer {name}, the frame itself says otherwise";
        if (_chains.TryGetValue(key.Producer, out var state))
        {
            if (key.Sequence < state.Next) return $"it is frame {key.Sequence} of producer {name}, where frame {state.Next} is due";
            if (key.Sequence > state.Next) return $"{key.Sequence - state.Next} frames of producer {name} before it are missing";
            return previous.SequenceEqual(state.Hash) ? null : $"it does not continue the hash chain of producer {name}";
        }
        if (key.Sequence == 0) return previous.SequenceEqual(Beginning(key.Producer, partition)) ? null : $"it does not begin a chain of producer {name} in this partition";
        // Beginning in the middle: its producer knew offset DurableBefore - 1 to be there. When that is still in reach, frames are missing that retention did not take.
        if (firstOffset > 0 && header.DurableBefore - 1 < firstOffset)
        {
            Cut++;
            return null;
        }
        return $"{key.Sequence} frames of producer {name} before it are missing, and retention did not take them";
    }

    sealed class State
    {
        public long Next;
        public readonly byte[] Hash = new byte[FrameHeader.HashLength];
    }
}
