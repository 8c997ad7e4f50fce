using System.Security.Cryptography;
using System.Text;
using AuditWatch.Ingest.Pipeline;
using CsCheck;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

public sealed class ItemCutterTests
{
    static readonly Gen<string> s_text = Gen.OneOf("a", "items", "]", "}", "[{", "\\\"", "\\\\", ",", ":", "é", "\\u005d", " ").Array[0, 6].Select(string.Concat);

    static readonly Gen<string> s_value = Gen.Recursive<string>((depth, inner) => Gen.OneOf(
        Gen.OneOf<string>("1", "-2.5e7", "true", "null"),
        s_text.Select(t => $"\"{t}\""),
        depth > 3 ? Gen.Const("{}") : inner.Array[0, 3].Select(v => "[" + string.Join(" , ", v) + "]"),
        depth > 3 ? Gen.Const("[]") : Gen.Select(s_text, inner).Array[0, 3].Select(m => "{" + string.Join(",", m.Select(p => $"\"{p.Item1}\" : {p.Item2}")) + "}")));

    static readonly Gen<(string Body, string[] Items)> s_list =
        from items in s_value.Array[0, 8]
        from before in Gen.Select(s_text.Where(t => t != "items"), s_value).Array[0, 3]
        from after in Gen.Select(s_text.Where(t => t != "items"), s_value).Array[0, 2]
        from space in Gen.OneOf("", " ", "\n\t")
        let members = before.Select(m => $"\"{m.Item1}\":{m.Item2}").Append($"\"items\"{space}:{space}[{space}{string.Join(space + "," + space, items)}{space}]")
            .Concat(after.Select(m => $"\"{m.Item1}\":{m.Item2}"))
        select ("{" + string.Join(space + ",", members) + "}", items);

    [Fact]
    public void It_cuts_the_items_of_any_list_whatever_pieces_it_arrives_in() =>
        Gen.Select(s_list, Gen.Int[1, 40]).Sample((list, piece) => Cut(list.Body, piece).SequenceEqual(list.Items), iter: 20_000);

    [Fact]
    public void A_body_that_is_no_list_is_given_whole() =>
        Gen.Select(s_text, s_value, Gen.Int[1, 40]).Where((name, _, _) => name != "items")
            .Sample((name, value, piece) => { var body = $"{{\"{name}\":{value},\"x\":[1]}}"; return Cut(body, piece) is [var whole] && whole == body; }, iter: 5000);

    [Theory]
    [InlineData("""{"items":[{"a":1},{"b":""", new[] { """{"a":1}""", """{"b":""" })]
    [InlineData("""{"items":[1 2,,tru""", new[] { "1", "2", "tru" })]
    [InlineData("""{"items":[[1],"x"]}and{"items":[3]}""", new[] { "[1]", "\"x\"", "3" })]
    [InlineData("""{"metadata":{"items":[1]},"items":[2]}""", new[] { "2" })]
    [InlineData("""{"x":"items","y":[1]}""", new[] { """{"x":"items","y":[1]}""" })]
    [InlineData("""[{"a":[1]},2]""", new[] { """{"a":[1]}""", "2" })]
    [InlineData("", new string[0])]
    public void What_is_unfinished_or_odd_is_given_as_it_is(string body, string[] items) => Assert.Equal(items, Cut(body, 3));

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void An_item_over_the_limit_is_told_by_length_hash_and_beginning(int piece)
    {
        var large = "\"" + new string('l', 20_000) + "\"";
        var body = Encoding.UTF8.GetBytes($$"""{"items":[1,{{large}},2]}""");
        var items = new List<string>();
        var told = new List<(long, byte[], byte[])>();
        using var cutter = new ItemCutter(10_000, i => items.Add(Encoding.UTF8.GetString(i.Span)), (length, hash, head) => told.Add((length, hash, head)));
        for (var at = 0; at < body.Length; at += piece) cutter.Feed(body.AsSpan(at, Math.Min(piece, body.Length - at)));
        cutter.Finish();
        Assert.Equal(["1", "2"], items);
        var (length, hash, head) = Assert.Single(told);
        Assert.Equal((large.Length, 8192), (length, head.Length));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(large)), hash);
        Assert.Equal(Encoding.UTF8.GetBytes(large)[..8192], head);
    }

    static List<string> Cut(string body, int piece)
    {
        var items = new List<string>();
        using var cutter = new ItemCutter(1 << 20, i => items.Add(Encoding.UTF8.GetString(i.Span)), (_, _, _) => items.Add("too large"));
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var at = 0; at < bytes.Length; at += piece) cutter.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        cutter.Finish();
        return items;
    }
}
