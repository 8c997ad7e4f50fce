using System.Buffers;
using System.Runtime.InteropServices;
using AuditWatch.Events.Framing;
using Microsoft.Win32.SafeHandles;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// One file of a log, open: it stays readable under whatever name it gets, and after it was deleted. What is read and not yet a whole line is held.
/// </summary>
internal sealed class TailedFile : IDisposable
{
    const int OversizeHead = 4096;

    readonly SafeFileHandle _handle;
    readonly FileTailOptions _options;
    Stream? _unpacked;
    byte[] _held = [];
    int _heldLength;
    long _read, _failedSize = -1;   // how far it is read (unpacked), the held part included
    bool _isSkipping, _isEnded;

    TailedFile(string path, SafeFileHandle handle, FileTailOptions options)
    {
        (Path, _handle, _options) = (path, handle, options);
        Identity = FileIdentity.Of(handle);
    }

    /// <summary>The name under which it was opened.</summary>
    public string Path { get; }

    public FileIdentity Identity { get; }

    public FilePrint Print { get; private set; } = FilePrint.Of([]);

    public FileAge Age { get; private set; }

    /// <summary>Behind the last line that was taken, in bytes of the unpacked text.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes of the log before this file.</summary>
    public long Before { get; set; }

    public bool IsPacked { get; private set; }

    /// <summary>Why it could not be read to its end; null when it could.</summary>
    public string? Fault { get; private set; }

    public long Size => RandomAccess.GetLength(_handle);

    public DateTime Modified => File.GetLastWriteTimeUtc(_handle);

    public TailPlace Place => new(Identity, Print, Age, Offset, Before);

    /// <summary>Opens a file; null when there is none (any more).</summary>
    public static TailedFile? TryOpen(string path, FileTailOptions options)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        var file = new TailedFile(path, handle, options);
        try
        {
            file.LookAtBeginning();
        }
        catch
        {
            file.Dispose();
            throw;
        }
        return file;
    }

    /// <summary>Whether it is the one that began so; a copy, packed or not, is as good.</summary>
    public bool Is(FilePrint print) => print.IsOf(Beginning(FilePrint.Most));

    /// <summary>It was cut short, or written anew, under our hands; what was read of it since its last line counts for nothing.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Goes to a place in the text; false when the file does not reach so far.</summary>
    public bool TrySkipTo(long offset)
    {
        (_heldLength, Offset, _read, _isEnded) = (0, offset, offset, false);
        _unpacked?.Dispose();
        _unpacked = null;
        if (!IsPacked) return Size >= offset;
        try
        {
            _unpacked = OpenUnpacked();
            var scratch = new byte[64 * 1024];
            for (var left = offset; left > 0;)
            {
                var read = _unpacked.Read(scratch, 0, (int)Math.Min(left, scratch.Length));
                if (read == 0) return false;
                left -= read;
            }
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            return false;
        }
    }

    /// <summary>Begins behind the last whole line that it holds now.</summary>
    public void SkipToEnd()
    {
        var size = Size;
        var tail = new byte[(int)Math.Min(size, _options.MostLineBytes)];
        var read = RandomAccess.Read(_handle, tail, size - tail.Length);
        var end = tail.AsSpan(0, read).LastIndexOf((byte)'\n');
        TrySkipTo(end < 0 ? size - tail.Length : size - tail.Length + end + 1);
    }

    /// <summary>Whole lines behind the last; null when there are none (yet). <paramref name="isLast"/>: nothing will be added, so a rest is a line too.</summary>
    public TailLot? Gather(string log, bool isLast)
    {
        for (var most = _options.LotBytes; ; most = Math.Max(_options.LotBytes, 2 * _heldLength))
        {
            Fill(most);
            if (!IsPacked && (Size < _read || !LookAtBeginning()))
            {
                IsTruncated = true;
                return null;
            }
            var text = _held.AsMemory(0, _heldLength);
            if (_isSkipping) text = SkipRest(text);
            var lines = new PartitionLot(log) { ApiServer = log };
            var taken = TailedLines.Take(text, Before + Offset, isLast && _isEnded, lines);
            if (taken == 0 && text.Length > _options.MostLineBytes) taken = BeginSkip(text, lines);
            if (taken > 0) return Take(taken, lines);
            if (_isEnded) return null;
        }
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _handle.Dispose();
        if (_held.Length > 0) ArrayPool<byte>.Shared.Return(_held);
        _held = [];
    }

    // What was taken goes with its buffer; the rest moves to another.
    TailLot Take(int taken, PartitionLot lines)
    {
        var (buffer, rest) = (_held, _heldLength - taken);
        _held = ArrayPool<byte>.Shared.Rent(Math.Max(rest + 1, _options.LotBytes));
        buffer.AsSpan(taken, rest).CopyTo(_held);
        _heldLength = rest;
        Offset += taken;
        return new TailLot(lines, buffer, Place);
    }

    int BeginSkip(ReadOnlyMemory<byte> text, PartitionLot lines)
    {
        lines.Add(Before + Offset, text[..OversizeHead], isOversize: true);
        _isSkipping = true;
        return text.Length;
    }

    // The rest of a line that was too long; all of it counts as taken.
    Memory<byte> SkipRest(Memory<byte> text)
    {
        var end = text.Span.IndexOf((byte)'\n');
        _isSkipping = end < 0;
        var skipped = end < 0 ? text.Length : end + 1;
        text[skipped..].CopyTo(text);
        _heldLength -= skipped;
        Offset += skipped;
        return _held.AsMemory(0, _heldLength);
    }

    void Fill(int most)
    {
        _isEnded = IsPacked && _failedSize == Size;
        while (!_isEnded && _heldLength < most && _heldLength <= _options.MostLineBytes)
        {
            if (_heldLength == _held.Length) Enlarge();
            var read = Read(_held.AsSpan(_heldLength));
            _isEnded = read == 0;
            _heldLength += read;
            _read += read;
        }
    }

    int Read(Span<byte> into)
    {
        if (!IsPacked) return RandomAccess.Read(_handle, into, _read);
        try
        {
            return (_unpacked ??= OpenUnpacked()).Read(into);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            // Packed badly, or still being packed: when it has grown, from the last taken line on.
            Fault = $"{Path} could be unpacked only up to a point ({e.Message}).";
            _failedSize = Size;
            return 0;
        }
    }

    /// <summary>Whether a file that could not be unpacked to its end has changed since; then it is read on from its last taken line.</summary>
    public bool TryAgain()
    {
        if (_failedSize < 0 || _failedSize == Size) return false;
        (_failedSize, Fault) = (-1, null);
        return TrySkipTo(Offset);
    }

    void Enlarge()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_options.LotBytes, _held.Length * 2));
        _held.AsSpan(0, _heldLength).CopyTo(larger);
        if (_held.Length > 0) ArrayPool<byte>.Shared.Return(_held);
        _held = larger;
    }

    Stream OpenUnpacked() => Decompression.Open(new HandleStream(_handle));

    // False when it does not begin any more as it did. A beginning that has grown is remembered as far as it goes.
    bool LookAtBeginning()
    {
        if (Print.Length == FilePrint.Most) return Is(Print);
        Span<byte> magic = stackalloc byte[4];
        var read = RandomAccess.Read(_handle, magic, 0);
        IsPacked = read >= 2 && magic[0] == 0x1F && magic[1] == 0x8B || read == 4 && MemoryMarshal.Read<uint>(magic) == 0xFD2F_B528;
        var beginning = Beginning(FileAge.Looked);
        if (!Print.IsOf(beginning)) return false;
        Print = FilePrint.Of(beginning);
        Age = FileAge.Of(beginning, Modified);
        return true;
    }

    byte[] Beginning(int most)
    {
        var beginning = new byte[most];
        var length = 0;
        using var unpacked = IsPacked ? OpenUnpacked() : new HandleStream(_handle);
        try
        {
            while (length < most && unpacked.Read(beginning, length, most - length) is var read and > 0) length += read;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            // As far as it goes.
        }
        return beginning[..length];
    }
}
