using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ZstdSharp;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>The least that a durable receiver must do: read the body, compress it, hash it, append it, fsync, answer. What AuditWatch does beyond that is measured against it.</summary>
internal static class ReferenceReceiver
{
    /// <summary>Arguments: PORT FILE (-: nothing is kept, only read and answered). Runs until killed. One fsync covers everything that arrived while the last one ran, as in the journal.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture));
        });
        await using var app = builder.Build();
        if (arguments[1] == "-")
        {
            app.MapPost("/{**path}", (HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null));
            await app.RunAsync();
            return 0;
        }
        using var file = File.OpenHandle(arguments[1], FileMode.Create, FileAccess.Write);
        var waiting = new BlockingCollection<(byte[] Bytes, TaskCompletionSource Done)>();
        var compressors = new ConcurrentBag<Compressor>();
        _ = Task.Factory.StartNew(() => Write(file, waiting), TaskCreationOptions.LongRunning);

        app.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream((int)(context.Request.ContentLength ?? 1 << 20));
            await context.Request.Body.CopyToAsync(body);
            if (!compressors.TryTake(out var compressor)) compressor = new Compressor(1);
            var hash = SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length));
            byte[] packed = [.. hash, .. compressor.Wrap(body.GetBuffer().AsSpan(0, (int)body.Length))];
            compressors.Add(compressor);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((packed, done));
            await done.Task;
        });
        await app.RunAsync();
        return 0;
    }

    static void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, BlockingCollection<(byte[] Bytes, TaskCompletionSource Done)> waiting)
    {
        var at = 0L;
        var group = new List<TaskCompletionSource>();
        foreach (var first in waiting.GetConsumingEnumerable())
        {
            var next = first;
            do
            {
                RandomAccess.Write(file, next.Bytes, at);
                at += next.Bytes.Length;
                group.Add(next.Done);
            }
            while (waiting.TryTake(out next));
            RandomAccess.FlushToDisk(file);
            foreach (var done in group) done.SetResult();
            group.Clear();
        }
    }
}
