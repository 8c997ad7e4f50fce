using System.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;
using CsCheck;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

public sealed class LoneSurrogatesTests
{
    static readonly string[] Pieces = ["\\ud800", "\\uDBFF", "\\udc00", "\\uDfff", "\\ud83d\\ude00", "\\\\", "\\n", "\\u0041", "x", "\\\"", "u", "d800", "\\ufffd", "é"];

    [Theory]
    [InlineData("""{"a":"plain"}""", """{"a":"plain"}""")]
    [InlineData("""{"a":"\ud83d\ude00"}""", """{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"\uDC00":"\ud800\ud83d\ude00"}""", """{"\ufffd":"\ufffd\ud83d\ude00"}""")]
    [InlineData("""{"a":"\\ud800"}""", """{"a":"\\ud800"}""")]
    [InlineData("""{"a":"\\\ud800"}""", """{"a":"\\\ufffd"}""")]
    [InlineData("""{"a":"\ud8""", """{"a":"\ud8""")]
    [InlineData("""{"a":"\ud800""", """{"a":"\ufffd""")]
    public void Half_a_pair_becomes_what_no_reader_throws_on(string json, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(LoneSurrogates.Replaced(Encoding.UTF8.GetBytes(json)).Span));

    [Fact]
    public void Every_text_can_be_read_then_and_is_as_long() => Gen.Int[0, Pieces.Length - 1].Array[0, 12].Sample(picks =>
    {
        var json = Encoding.UTF8.GetBytes($"\"{string.Concat(picks.Select(p => Pieces[p]))}\"");
        var safe = LoneSurrogates.Replaced(json);
        return safe.Length == json.Length && JsonDocument.Parse(safe).RootElement.GetString() is not null;
    }, seed: "0N0XIzNsQ0O2", iter: 5000);
}
