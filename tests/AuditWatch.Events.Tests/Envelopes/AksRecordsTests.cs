using System.Text;
using AuditWatch.Events.Envelopes;
using CsCheck;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

/// <summary>A message of nothing but records is taken apart in one go; what comes out is what the long way gives.</summary>
public sealed class AksRecordsTests
{
    const string Event = """{\"kind\":\"Event\",\"auditID\":\"a-1\",\"stage\":\"ResponseComplete\",\"verb\":\"get\"}""";

    static readonly Gen<string> s_records = Any(
        $$$"""{"category":"kube-audit","operationName":"o","properties":{"log":"{{{Event}}}\\n","stream":"stdout","pod":"kube-apiserver-1"},"time":"2026-11-25T00:59:00Z"}""",
        $$$"""{"properties":{"pod":"kube-apiserver-2","log":"{{{Event}}}"},"category":"kube-audit-admin"}""",
        """{"category":"kube-audit","properties":{"log":{"auditID":"a-2","stage":"Panic"}}}""",
        """{"category":"guard","properties":{"log":"x"}}""", """{"category":"kube-audit","properties":{}}""", """{"category":"kube-audit","resourceId":"r"}""",
        """{"auditID":"a-3","stage":"ResponseStarted"}""", """{"category":"kube-audit","properties":{"log":"{\"auditID\":\"cut"}}""", """{"log":"nonsense"}""", "{}", "[]", "7", "\"text\"", "null",
        """{"category":"kube-audit","properties":{"log":"{\"kind\":\"EventList\",\"items\":[{\"auditID\":\"b\",\"stage\":\"Panic\"}]}"}}""",
        """{"records":[{"auditID":"a-4","stage":"Panic"}]}""", """{"category":"kube-audit","properties":{"log":"x"},"records":[{"auditID":"a-5","stage":"Panic"}]}""", """{"category":"kube-audit","properties":{"log""", "{\"a\":\"\u0001\"}");

    [Fact]
    public void Records_of_a_message_come_out_as_the_long_way_gives_them() =>
        Gen.Select(s_records.Array[0, 6], Any(",", ",\n", " , "), Any("{\"records\":[", "{\"records\": [\n"), Any("]}", "] }\n", "]", "]},")).Sample((records, between, head, tail) =>
        {
            var text = string.Join(between, records) + tail;
            // Another member in front is not the form that is known.
            Assert.Equal(Take(head.Replace("{", "{\"other\":0,", StringComparison.Ordinal) + text), Take(head + text));
        }, iter: 5_000, seed: "0000KtG1eXy5");

    static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    static List<string> Take(string message)
    {
        var sink = new Words();
        new EventUnwrapper().Unwrap(Encoding.UTF8.GetBytes(message), 1, sink);
        return sink.Said;
    }

    sealed class Words : IUnwrapSink
    {
        public List<string> Said { get; } = [];

        public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin) => Said.Add($"{origin} {Encoding.UTF8.GetString(utf8.Span)}");

        // Where in the message a fault lies differs by the member in front.
        public void OnBad(in BadRecord bad) => Said.Add($"{bad.Reason} {bad.Line} {(bad.Utf8.Span.IndexOf("records"u8) is >= 0 and < 12 ? "whole" : Encoding.UTF8.GetString(bad.Utf8.Span))}");

        public void OnDropped(string category) => Said.Add(category);
    }
}
