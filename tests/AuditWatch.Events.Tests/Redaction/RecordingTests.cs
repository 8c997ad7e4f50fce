using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AuditWatch.Events.Redaction;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Real recorded traffic: every secret in it was made up and says FAKE.</summary>
public partial class RecordingTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData("requestresponse"), InlineData("production"), InlineData("extra"), InlineData("truncation"), InlineData("faults")]
    public void No_recorded_secret_is_left_and_no_other_event_is_touched(string run)
    {
        var events = 0;
        var changed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in Lines(run))
        {
            events++;
            var cleaned = Cleaning.Clean(line);
            if (!ReferenceEquals(cleaned, line))
            {
                var resource = Reference().Match(Encoding.UTF8.GetString(line)).Groups[1].Value;
                changed[resource] = changed.GetValueOrDefault(resource) + 1;
                using var before = JsonDocument.Parse(line);
                using var after = JsonDocument.Parse(cleaned);
                Shape.AssertSameBut(before.RootElement, after.RootElement);
                Assert.Equal(cleaned, Cleaning.Clean(cleaned));
                if (resource == "certificatesigningrequests") Assert.Equal(before.RootElement.GetProperty("requestObject").GetRawText(), after.RootElement.GetProperty("requestObject").GetRawText());
            }
            using var document = JsonDocument.Parse(cleaned);
            AssertNoFake(document.RootElement, "");
        }
        log.WriteLine($"{run}: {changed.Values.Sum()} of {events} events changed: {string.Join(", ", changed.Select(static c => $"{c.Key} {c.Value}"))}");
        Assert.True(events > 1000);
        // Secrets stand in bodies of these resources only, and in this recording nowhere else.
        Assert.Empty(changed.Keys.Except(["secrets", "serviceaccounts", "tokenreviews", "configmaps"]));
    }

    static void AssertNoFake(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject()) AssertNoFake(property.Value, $"{path}.{property.Name}");
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) AssertNoFake(item, $"{path}[]");
                break;
            case JsonValueKind.String:
                var text = element.GetString()!;
                // A coin miner's account in an argument is no credential but the evidence.
                Assert.False(text.Replace("FAKEWALLET", "", StringComparison.Ordinal).Contains("FAKE", StringComparison.Ordinal), $"{path}: {text}");
                if (TextCleaner.Decoded(Encoding.UTF8.GetBytes(text)) is { } decoded) Assert.False(decoded.AsSpan().IndexOf("FAKE"u8) >= 0, $"{path}: {text}");
                break;
        }
    }

    internal static IEnumerable<byte[]> Lines(string run)
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        Assert.SkipWhen(string.IsNullOrEmpty(kit), "Set AUDITWATCH_KIT to the folder of the test kit; the recordings are read from ../data beside it.");
        using var file = File.OpenRead(Path.Combine(kit!, "../data/audit-live", run, "audit.log.zst"));
        using var unpacked = new DecompressionStream(file);
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        while (reader.ReadLine() is { } line) yield return Encoding.UTF8.GetBytes(line);
    }

    [GeneratedRegex("\"objectRef\":\\{\"resource\":\"([^\"]*)\"")]
    private static partial Regex Reference();
}
