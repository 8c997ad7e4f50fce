using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>What quarantine keeps of bytes that do not parse.</summary>
public class UnparsableRecordTests
{
    static string Clean(string text) => Encoding.UTF8.GetString(Cleaning.Redactor.CleanUnparsable(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Says_how_long_it_was_and_its_hash()
    {
        const string text = """{"kind":"Event","level":"Metadata","auditID":"x","verb":"get""";
        Assert.Equal($"{text}\n[cut: {text.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}]", Clean(text));
    }

    [Theory]
    [InlineData("""{"kind":"Event","verb":"create","requestObject":{"a":1}""", """{"kind":"Event","verb":"create",""")]
    [InlineData("""{"properties":{"log":"{\"verb\":\"create\",\"responseObject\":{\"a\":1}""", """{"properties":{"log":"{\"verb\":\"create\",""")]
    [InlineData("""{"x":"{\\\"verb\\\":\\\"create\\\",\\\"requestObject\\\":1}""", """{"x":"{\\\"verb\\\":\\\"create\\\",""")]
    [InlineData("""{"kind":"Secret","metadata":{},"data":{"k":"aHVudGVyMg"}""", """{"kind":"Secret","metadata":{},""")]
    [InlineData("apiVersion: v1\nkind: Secret\nstringData:\n  k: hunter2\n", "apiVersion: v1\nkind: Secret\n")]
    public void Ends_before_the_first_body(string text, string kept) => Assert.StartsWith(kept + "\n[cut: ", Clean(text), StringComparison.Ordinal);

    [Fact]
    public void Keeps_at_most_4_KiB_and_ends_between_words()
    {
        var text = string.Concat(Enumerable.Range(0, 1000).Select(static i => $"word{i} "));
        var kept = Clean(text).Split("\n[cut: ")[0];
        Assert.InRange(kept.Length, 4000, 4096);
        Assert.EndsWith(" ", kept, StringComparison.Ordinal);
        Assert.StartsWith(kept, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=", " ")]
    [InlineData("Bearer ", "\"")]
    [InlineData("\\\"token\\\":\\\"", "\\\"")]
    [InlineData("https://bob:", "@db")]
    public void No_half_of_a_secret_stays_at_the_end(string before, string after)
    {
        var secret = new PlantedSecret("Zx9kQ2mW7vB4nT6yR1pL8sD3fG5hJ0aC");
        for (var at = 4040; at < 4110; at++)
        {
            var kept = Clean(string.Concat(Enumerable.Repeat("a b ", 2000))[..(at - before.Length - 1)] + " " + before + secret.Text + after + new string('.', 9000));
            Assert.True(secret.FoundIn(kept) is null, $"{at}: {kept}");
        }
    }
}
