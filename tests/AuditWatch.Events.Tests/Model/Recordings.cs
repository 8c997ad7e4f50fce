using Xunit;
using System.Buffers;
using System.Text;
using ZstdSharp;

namespace AuditWatch.Events.Tests.Model;

/// <summary>The recorded traffic of real API servers, which lies beside the kit and is not part of the repository.</summary>
static class Recordings
{
    public static string Folder
    {
        get
        {
            var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
            Assert.SkipWhen(string.IsNullOrEmpty(kit), "Set AUDITWATCH_KIT to the kit's folder to run the tests over recorded traffic (data lies beside it).");
            return Path.Combine(kit!, "..", "data");
        }
    }

    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(Path.Combine(Folder, path));
        using var unpacked = new DecompressionStream(file);
        using var memory = new MemoryStream();
        unpacked.CopyTo(memory);
        return memory.ToArray();
    }

    public static List<ReadOnlyMemory<byte>> Lines(string path)
    {
        var bytes = Read(path);
        var lines = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < bytes.Length;)
        {
            var end = bytes.AsSpan(at).IndexOf((byte)'\n');
            end = end < 0 ? bytes.Length : at + end;
            if (end > at) lines.Add(bytes.AsMemory(at, end - at));
            at = end + 1;
        }

        return lines;
    }

    public static readonly string[] Runs = ["metadata", "request", "requestresponse", "production", "extra", "faults", "truncation"];
}
