using System.Buffers;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Redaction;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Secrets planted on every path we know; afterwards nothing of them is left, and everything else is.</summary>
public class PlantedSecretTests
{
    public static TheoryData<string> Paths => [.. SecretPaths.All.Keys];

    [Theory, MemberData(nameof(Paths))]
    public void Nothing_of_a_planted_secret_is_left(string path)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var secret = PlantedSecret.Make(new Random(seed), awkward: seed % 2 == 1);
            var json = SecretPaths.All[path](secret);
            var cleaned = Cleaning.Clean(json);
            Assert.True(secret.FoundIn(cleaned) is null, $"seed {seed}: {secret.FoundIn(cleaned)} of {secret.Text} is left in {cleaned}");
            Assert.True(Redactor.ContainsMark(Encoding.UTF8.GetBytes(cleaned)), cleaned);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void What_is_no_secret_stays_byte_for_byte(string path)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var json = SecretPaths.All[path](PlantedSecret.Make(new Random(seed), awkward: seed % 2 == 1));
            var cleaned = Cleaning.Clean(json);
            using var before = JsonDocument.Parse(json);
            using var after = JsonDocument.Parse(cleaned);
            Shape.AssertSameBut(before.RootElement, after.RootElement);
            Shape.AssertIsCutOut(json, cleaned);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Cleaning_what_is_clean_changes_nothing(string path)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var cleaned = Cleaning.Clean(SecretPaths.All[path](PlantedSecret.Make(new Random(seed), awkward: seed % 2 == 1)));
            Assert.Equal(cleaned, Cleaning.Clean(cleaned));
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Nothing_of_it_is_left_when_the_event_is_cut_anywhere(string path)
    {
        var secret = PlantedSecret.Make(new Random(path.Length), awkward: true);
        var json = Encoding.UTF8.GetBytes(SecretPaths.All[path](secret));
        for (var length = 1; length < json.Length; length += 7)
        {
            var kept = Encoding.UTF8.GetString(Cleaning.Redactor.CleanUnparsable(json.AsSpan(0, length)));
            Assert.True(secret.FoundIn(kept) is null, $"cut at {length}: {secret.FoundIn(kept)} of {secret.Text} is left in {kept}");
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Nothing_of_it_is_left_when_an_envelope_around_the_event_is_cut_anywhere(string path)
    {
        var secret = PlantedSecret.Make(new Random(path.Length + 1000), awkward: true);
        var text = SecretPaths.All[path](secret);
        for (var depth = 1; depth <= 3; depth++)
        {
            text = $$"""{"time":"2026-11-23T05:50:23Z","properties":{"log":"{{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}}"} }""";
            var json = Encoding.UTF8.GetBytes(text);
            for (var length = 1 + depth; length < json.Length; length += 13)
            {
                var kept = Encoding.UTF8.GetString(Cleaning.Redactor.CleanUnparsable(json.AsSpan(0, length)));
                Assert.True(secret.FoundIn(kept) is null, $"depth {depth}, cut at {length}: {secret.FoundIn(kept)} of {secret.Text} is left in {kept}");
            }
        }
    }

    [Fact]
    public void Data_and_stringData_of_the_same_secret_get_the_same_mark()
    {
        var secret = PlantedSecret.Make(new Random(1));
        var marks = new[] { "Secret data, request", "Secret stringData", "merge patch", "environment variable", "last-applied-configuration", "TokenRequest", "ConfigMap value under a credential's name" }
            .Select(path => MarkIn(Cleaning.Clean(SecretPaths.All[path](secret)))).Distinct().ToList();
        Assert.Single(marks);
        Assert.NotEqual(marks[0], MarkIn(Cleaning.Clean(SecretPaths.All["Secret stringData"](PlantedSecret.Make(new Random(2))))));
    }

    [Fact]
    public void Another_key_gives_another_mark_and_no_key_a_plain_one()
    {
        var json = SecretPaths.All["Secret stringData"](PlantedSecret.Make(new Random(1)));
        var other = Cleaning.Clean(json, new Redactor(new byte[32], new RedactionOptions()));
        Assert.NotEqual(MarkIn(Cleaning.Clean(json)), MarkIn(other));
        Assert.Contains("\"k\":\"[redacted]\"", Cleaning.Clean(json, new Redactor(default, new RedactionOptions())), StringComparison.Ordinal);
    }

    static string MarkIn(string text)
    {
        var at = text.IndexOf("[redacted:", StringComparison.Ordinal);
        return text.Substring(at, 27);
    }
}
