using System.Text;
using AuditWatch.Events.Framing;
using Xunit;

namespace AuditWatch.Events.Tests.Framing;

public sealed class FramingTests
{
    [Fact]
    public void Each_line_is_a_document() =>
        Expect("{\"a\":1}\n{\"b\":2}\n", (1, "{\"a\":1}"), (2, "{\"b\":2}"));

    [Fact]
    public void The_last_line_needs_no_newline() =>
        Expect("{\"a\":1}\n{\"b\":2}", (1, "{\"a\":1}"), (2, "{\"b\":2}"));

    [Fact]
    public void A_byte_order_mark_CRLF_and_blank_lines_are_no_part_of_any_document() =>
        Expect("\uFEFF{\"a\":1}\r\n\r\n \t\r\n{\"b\":2} \r\n\n", (1, "{\"a\":1}"), (4, "{\"b\":2}"));

    [Fact]
    public void Documents_may_follow_each_other_without_newlines() =>
        Expect("{\"a\":1}{\"b\":{}} {\"c\":[]}\t{\"d\":\"}{\"}\n{\"e\":1}", (1, "{\"a\":1}"), (1, "{\"b\":{}}"), (1, "{\"c\":[]}"), (1, "{\"d\":\"}{\"}"), (2, "{\"e\":1}"));

    [Fact]
    public void A_document_over_many_lines_has_the_line_where_it_begins() =>
        Expect("\n{\n  \"a\": {}\n}\n{\n\"b\": [\n1\n]\n}\n{\"c\":1}\n", (2, "{\n  \"a\": {}\n}"), (5, "{\n\"b\": [\n1\n]\n}"), (10, "{\"c\":1}"));

    [Fact]
    public void A_line_that_looks_whole_and_goes_on_in_the_next_is_no_document_yet() =>
        Expect("{ \"a\": {}\n, \"b\": {}\n}\n{\"c\":1}\n", (1, "{ \"a\": {}\n, \"b\": {}\n}"), (4, "{\"c\":1}"));

    [Fact]
    public void Each_element_of_an_array_is_a_document_with_its_own_line() =>
        Expect("[{\"a\":1},\n {\"b\":2}\n,\n{\n\"c\":3}]\n{\"d\":4}\n", (1, "{\"a\":1}"), (2, "{\"b\":2}"), (4, "{\n\"c\":3}"), (6, "{\"d\":4}"));

    [Fact]
    public void An_array_over_many_lines_is_taken_apart_too() =>
        Expect("[\n  {\n    \"a\": [ 1 ]\n  },\n  {\n    \"b\": 2\n  }\n]\n", (2, "{\n    \"a\": [ 1 ]\n  }"), (5, "{\n    \"b\": 2\n  }"));

    [Fact]
    public void An_empty_array_holds_no_document() => Expect("[ ]\n{\"a\":1}", (2, "{\"a\":1}"));

    [Fact]
    public void A_text_line_is_handed_over_as_it_is() =>
        Expect(
            "2026-01-01T00:00:00Z stdout F {\"a\":1}\r\n[2026] note\n{\"b\":2}\n",
            (1, "2026-01-01T00:00:00Z stdout F {\"a\":1}"), (2, "[2026] note"), (3, "{\"b\":2}"));

    [Theory]
    [InlineData("{\"a\":\"cut off")]
    [InlineData("{\"a\":{\"b\":1")]
    [InlineData("{\"a\":{\"b\":[")]
    [InlineData("{\"a\":1,")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":[}")]
    [InlineData("{\"a\":\"}")]
    [InlineData("{\"a\":\\}")]
    [InlineData("{")]
    public void A_malformed_line_does_not_swallow_the_next(string malformed) =>
        Expect($"{{\"x\":1}}\n{malformed}\n{{\"y\":2}}\n{{\"z\":3}}\n", (1, "{\"x\":1}"), (2, malformed), (3, "{\"y\":2}"), (4, "{\"z\":3}"));

    [Fact]
    public void A_malformed_document_over_many_lines_ends_before_the_next() =>
        Expect("{\n  \"a\": 01,\n  \"b\": {\n  }\n}\n{\"c\":1}\n", (1, "{\n  \"a\": 01,\n  \"b\": {\n  }\n}"), (6, "{\"c\":1}"));

    [Fact]
    public void A_malformed_element_does_not_swallow_the_next() =>
        Expect(
            "[\n  {\n    \"a\": [ 1 }\n  },\n  {\n    \"b\": 2\n  }\n]\n{\"c\":3}\n",
            (2, "{\n    \"a\": [ 1 }\n  },"), (5, "{\n    \"b\": 2\n  }"), (9, "{\"c\":3}"));

    [Fact]
    public void A_document_that_the_file_cuts_off_is_handed_over_as_it_is() =>
        Expect("{\"a\":1}\n{\"b\":{\"c", (1, "{\"a\":1}"), (2, "{\"b\":{\"c"));

    [Fact]
    public void What_follows_a_document_on_its_line_is_a_document_of_its_own() =>
        Expect("{\"a\":1}{} x\n{\"b\":1}", (1, "{\"a\":1}"), (1, "{}"), (1, "x"), (2, "{\"b\":1}"));

    [Fact]
    public void A_document_too_large_is_reported_with_its_beginning_and_skipped()
    {
        var large = "{\"a\":\"" + new string('x', 300_000) + "\"}";
        var text = Encoding.UTF8.GetBytes($"{{\"b\":1}}\n{large}\n{{\"c\":2}}\n{large}");
        foreach (var blockSize in new[] { 1024, 70_000, 4_000_000 })
        {
            List<FramedDocument> found = [.. Frames.Read(text, blockSize, maxDocument: 100_000)];
            Assert.Equal([1, 2, 3, 4], found.Select(document => document.Line));
            Assert.Equal([false, true, false, true], found.Select(document => document.IsOversize));
            Assert.Equal(large[..4096], Encoding.UTF8.GetString(found[1].Utf8.Span));
        }
    }

    static void Expect(string text, params (long Line, string Text)[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        // However the stream is cut into blocks, the documents are the same.
        foreach (var blockSize in new[] { 16, 17, 32, 64, 4096 })
            Assert.Equal(expected, Frames.Read(bytes, blockSize).Select(document => (document.Line, Encoding.UTF8.GetString(document.Utf8.Span))));
    }
}
