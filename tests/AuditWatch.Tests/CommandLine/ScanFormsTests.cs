using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Tests.CommandLine;

/// <summary>What a PATH may be: the same history in every form gives the same alerts, and an event's line is where it begins.</summary>
public sealed class ScanFormsTests
{
    static readonly string Rules = AuditLine.Rules();
    static readonly List<string> Lines = AuditLine.History(40);
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };
    readonly string _folder = Directory.CreateTempSubdirectory("aw-forms").FullName;

    [Theory]
    [InlineData("lines")]
    [InlineData("lines without a last line end")]
    [InlineData("lines that end in CR LF")]
    [InlineData("lines after a byte order mark")]
    [InlineData("stdin")]
    [InlineData("gzip on stdin")]
    [InlineData("gzip under a name that does not say so")]
    [InlineData("zstd")]
    [InlineData("folder")]
    [InlineData("two files, interleaved")]
    [InlineData("array")]
    [InlineData("EventList")]
    [InlineData("pretty-printed EventList")]
    [InlineData("concatenated documents")]
    public async Task The_same_history_in_any_form_gives_the_same_alerts_in_the_same_order(string form)
    {
        var (paths, input) = Make(form);
        var result = await AuditWatchCommand.RunAsync(["scan", .. paths, "--rules", Rules], input, _folder);
        Assert.True(result.ExitCode == 0, result.Error);
        var alerts = result.Lines.Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var expected = Enumerable.Range(0, 20).Select(i => ContractIds.Alert("default", AuditLine.SecretReadRule, ($"request-{i * 2:D3}", $"2026-11-23T09:27:{i * 2:D2}.000001Z")));
        Assert.Equal(expected, alerts.Select(a => a.GetProperty("alert_id").GetString()));
    }

    [Fact]
    public async Task An_event_inside_a_document_of_several_lines_has_the_line_where_it_begins()
    {
        var text = Encoding.UTF8.GetString(Make("pretty-printed EventList").Input!);
        await File.WriteAllTextAsync(Path.Combine(_folder, "list.json"), text, TestContext.Current.CancellationToken);
        var result = await AuditWatchCommand.RunAsync(["scan", "list.json", "--rules", Rules], null, _folder);
        var lines = text.Split('\n');
        Assert.Equal(20, result.Lines.Length);
        foreach (var line in result.Lines)
        {
            var alert = JsonDocument.Parse(line).RootElement;
            var evidence = Assert.Single(alert.GetProperty("evidence").EnumerateArray());
            Assert.Equal(["file", "line"], evidence.EnumerateObject().Select(p => p.Name));
            Assert.Equal("list.json", evidence.GetProperty("file").GetString());
            var at = evidence.GetProperty("line").GetInt32() - 1;
            Assert.Equal("{", lines[at].Trim());
            var id = alert.GetProperty("audit_ids")[0].GetString()!;
            Assert.Contains(id, string.Concat(lines.Skip(at).TakeWhile(l => !l.Contains("stageTimestamp", StringComparison.Ordinal))), StringComparison.Ordinal);
        }
    }

    (string[] Paths, byte[]? Input) Make(string form)
    {
        var lines = AuditLine.Utf8(Lines);
        switch (form)
        {
            case "lines": return ([Put("a.log", lines)], null);
            case "lines without a last line end": return ([Put("a.log", lines[..^1])], null);
            case "lines that end in CR LF": return ([Put("a.log", Encoding.UTF8.GetBytes(string.Concat(Lines.Select(l => l + "\r\n"))))], null);
            case "lines after a byte order mark": return ([Put("a.log", [0xEF, 0xBB, 0xBF, .. lines])], null);
            case "stdin": return (["-"], lines);
            case "gzip on stdin": return (["-"], Gzip(lines));
            case "gzip under a name that does not say so": return ([Put("a.log", Gzip(lines))], null);
            case "zstd":
                using (var zstd = new Compressor()) return ([Put("a.bin", zstd.Wrap(lines).ToArray())], null);
            case "folder":
                Directory.CreateDirectory(Path.Combine(_folder, "logs", "below"));
                Put("logs/1.log", AuditLine.Utf8(Lines.Take(15)));
                Put("logs/2.gz", Gzip(AuditLine.Utf8(Lines.Skip(15))));
                return (["logs"], null);
            case "two files, interleaved": return ([Put("odd.log", AuditLine.Utf8(Lines.Where((_, i) => i % 4 > 1))), Put("even.log", AuditLine.Utf8(Lines.Where((_, i) => i % 4 < 2)))], null);
            case "array": return ([Put("a.json", Encoding.UTF8.GetBytes($"[{string.Join(',', Lines)}]"))], null);
            case "EventList": return (["-"], Recorded.Body(Lines.Select(Encoding.UTF8.GetBytes)));
            case "pretty-printed EventList":
                using (var list = JsonDocument.Parse(Recorded.Body(Lines.Select(Encoding.UTF8.GetBytes))))
                    return (["-"], JsonSerializer.SerializeToUtf8Bytes(list.RootElement, Indented));
            default: return (["-"], Encoding.UTF8.GetBytes(string.Concat(Lines)));
        }
    }

    string Put(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, name), bytes);
        return name;
    }

    static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
