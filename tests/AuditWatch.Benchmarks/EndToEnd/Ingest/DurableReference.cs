using System.Security.Cryptography;
using System.Threading.Channels;
using ZstdSharp;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>The least that keeping bytes takes: a mebibyte at a time is compressed and hashed beside the client, and written; one fsync covers what came during the last.</summary>
internal sealed class DurableReference : IAsyncDisposable
{
    const int LotBytes = 1 << 20;
    readonly Lock _gate = new();
    readonly Channel<byte[]> _lots = Channel.CreateBounded<byte[]>(4);
    readonly Channel<byte[]> _packed = Channel.CreateBounded<byte[]>(4);
    readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file;
    readonly Task _packing, _writing;
    readonly MemoryStream _lot = new(LotBytes + (LotBytes >> 2));

    public DurableReference(string file)
    {
        _file = File.OpenHandle(file, FileMode.Create, FileAccess.Write);
        _packing = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(PackAsync)));
        _writing = Task.Run(WriteAsync);
    }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        byte[] full;
        lock (_gate)
        {
            _lot.Write(bytes);
            if (_lot.Length < LotBytes) return;
            full = _lot.ToArray();
            _lot.SetLength(0);
        }
        if (!_lots.Writer.TryWrite(full)) _lots.Writer.WriteAsync(full).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Returns when everything taken is on the disk.</summary>
    public async Task CompleteAsync()
    {
        if (_lot.Length > 0) await _lots.Writer.WriteAsync(_lot.ToArray());
        _lots.Writer.Complete();
        await _packing;
        _packed.Writer.Complete();
        await _writing;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        _lot.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task PackAsync()
    {
        using var compressor = new Compressor(1);
        await foreach (var lot in _lots.Reader.ReadAllAsync())
        {
            SHA256.HashData(lot);
            await _packed.Writer.WriteAsync(compressor.Wrap(lot).ToArray());
        }
    }

    async Task WriteAsync()
    {
        var at = 0L;
        while (await _packed.Reader.WaitToReadAsync())
        {
            while (_packed.Reader.TryRead(out var lot))
            {
                RandomAccess.Write(_file, lot, at);
                at += lot.Length;
            }
            RandomAccess.FlushToDisk(_file);
        }
    }
}
