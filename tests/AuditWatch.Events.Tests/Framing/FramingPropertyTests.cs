using System.Text;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Tests.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Framing;

public sealed class FramingPropertyTests
{
    [Fact]
    public void Whatever_is_written_between_documents_the_same_documents_come_back()
    {
        var random = new Random(4711);
        var made = new EventDocuments(random);
        for (var round = 0; round < 300; round++)
        {
            var isArray = random.Next(4) == 0;
            List<(long Line, string Text)> written = [];
            var text = new StringBuilder(random.Next(3) == 0 ? "\uFEFF" : "");
            if (isArray)
                text.Append("[ ");
            var count = random.Next(1, 30);
            for (var i = 0; i < count; i++)
            {
                var document = Encoding.UTF8.GetString(made.Next()).Trim(' ', '\n', '\r', '\t');
                written.Add((1 + text.ToString().Count(letter => letter == '\n'), document));
                text.Append(document);
                if (isArray && i < count - 1)
                    text.Append(random.Next(2) == 0 ? "," : "\n ,");
                text.Append((string[])["", "\n", "\n", "\n", "\r\n", " ", "\n\n \t", "\t\n  "] is var between ? between[random.Next(between.Length)] : "");
            }
            if (isArray)
                text.Append(']');
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            foreach (var blockSize in new[] { 64, 1024, 100_000 })
                Assert.Equal(written, Frames.Read(bytes, blockSize).Select(Shown));
        }
    }

    [Fact]
    public void Damaged_text_is_cut_the_same_way_whatever_the_size_of_the_blocks()
    {
        var random = new Random(815);
        var made = new EventDocuments(random);
        for (var round = 0; round < ScannerAgainstReaderTests.Cases / 75; round++)
        {
            byte[] text = [];
            for (var i = 0; i < 12; i++)
            {
                var document = made.Next();
                text = [.. text, .. random.Next(3) == 0 ? Mutations.Damage(document, random) : document, .. random.Next(6) == 0 ? [] : "\n"u8.ToArray()];
            }
            var whole = Frames.Read(text, 10_000_000).Select(Shown).ToList();
            Assert.Equal(whole, Frames.Read(text, 16).Select(Shown));
            Assert.Equal(whole, Frames.Read(text, 1024).Select(Shown));
        }
    }

    [Fact]
    public void A_damaged_line_costs_no_other_line()
    {
        var random = new Random(99);
        var made = new EventDocuments(random);
        for (var round = 0; round < 300; round++)
        {
            var lines = Enumerable.Range(0, 10).Select(_ => OneLine(made.Next())).ToArray();
            var damaged = random.Next(lines.Length);
            var others = lines.Where((_, i) => i != damaged).Select(Encoding.UTF8.GetString).ToList();
            lines[damaged] = OneLine(Mutations.Damage(lines[damaged], random));
            var text = lines.SelectMany(line => (byte[])[.. line, (byte)'\n']).ToArray();
            var found = Frames.Read(text, 4096).Select(document => Encoding.UTF8.GetString(document.Utf8.Span)).ToList();
            foreach (var other in others)
                Assert.True(found.Remove(other), $"{other} was lost from {Encoding.UTF8.GetString(text)}");
        }
    }

    [Fact]
    public void Recorded_logs_give_one_document_a_line()
    {
        foreach (var log in Recordings.Logs())
        {
            var lines = Encoding.UTF8.GetString(Recordings.Unpack(log)).TrimEnd('\n').Split('\n');
            using var packed = File.OpenRead(log);
            var next = 0;
            foreach (var document in DocumentFramer.ReadDocuments(packed))
            {
                if (lines[next] != Encoding.UTF8.GetString(document.Utf8.Span) || document.Line != next + 1)
                    Assert.Fail($"{log}, line {document.Line}");
                next++;
            }
            Assert.Equal(lines.Length, next);
        }
    }

    static byte[] OneLine(byte[] document) => document.Where(letter => letter is not ((byte)'\n' or (byte)'\r')).SkipWhile(letter => letter <= ' ').Reverse()
        .SkipWhile(letter => letter <= ' ').Reverse().ToArray();

    static (long Line, string Text) Shown(FramedDocument document) => (document.Line, Encoding.UTF8.GetString(document.Utf8.Span));
}
