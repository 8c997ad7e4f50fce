using System.Buffers;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;
using CsCheck;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Whatever comes: no exception, valid JSON out of valid JSON, nothing changed but what was replaced.</summary>
public class RedactorRobustnessTests
{
    static readonly Gen<string> Word = Any("data", "stringData", "kind", "Secret", "ConfigMap", "password", "token", "value", "name", "op", "path", "/data/x", "replace", "annotations", "metadata", "items", "rows", "object",
        "kubectl.kubernetes.io/last-applied-configuration", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "Bearer abc123def456", "x=1&token=abc", "password: hunter2", "c2VjcmV0", "\\n", "a\"b", "é", "-----BEGIN PRIVATE KEY-----", "://a:b@c", "[redacted]", "", "args", "--password", "env", "{\"data\":{\"k\":\"v\"}}", "[{\"op\":\"add\",\"path\":\"/data\",\"value\":{\"a\":\"b\"}}]", "kind: Secret\ndata:\n  a: b\n");

    static readonly Gen<object?> Json = Gen.Recursive<object?>((depth, value) => depth > 4 ? Gen.Const((object?)"x")
        : Gen.Frequency(
            (4, Word.Select(static w => (object?)w)),
            (1, Gen.Int.Select(static i => (object?)i)),
            (1, Any<object?>(null, true, false, 1.5e300)),
            (2, value.Array[0, 4].Select(static a => (object?)a)),
            (4, Gen.Select(Word, value).Array[0, 6].Select(static pairs => (object?)pairs.DistinctBy(static p => p.Item1).ToDictionary(static p => p.Item1, static p => p.Item2)))));

    static readonly Gen<(string Resource, object? Body, object? Other)> Events = Gen.Select(Any("secrets", "configmaps", "pods", "tokenreviews"), Json, Json);

    static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static byte[] Bytes((string Resource, object? Body, object? Other) e) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?> { ["kind"] = "Event", ["requestURI"] = "/x?token=abc", ["userAgent"] = "a", ["objectRef"] = new { resource = e.Resource }, ["requestObject"] = e.Body, ["annotations"] = e.Other });

    [Fact]
    public void A_random_event_comes_out_as_JSON_that_differs_only_where_marks_stand_and_stays_so() => Events.Sample(e =>
    {
        var json = Bytes(e);
        var cleaned = Cleaning.Clean(json);
        using var before = JsonDocument.Parse(json);
        using var after = JsonDocument.Parse(cleaned);
        Shape.AssertSameBut(before.RootElement, after.RootElement);
        Shape.AssertIsCutOut(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(cleaned));
        var again = Cleaning.Clean(cleaned);
        Assert.Equal(Encoding.UTF8.GetString(cleaned), Encoding.UTF8.GetString(again));
    }, iter: 8_000, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void Bytes_that_are_no_event_never_throw() => Gen.Select(Events, Gen.Int[0, 1 << 20], Gen.Byte, Gen.Int[0, 1 << 20]).Sample((e, at, b, length) =>
    {
        var json = Bytes(e);
        json[at % json.Length] = b;
        var cut = json.AsSpan(0, length % (json.Length + 1));
        var ranges = new EventRanges();
        var output = new ArrayBufferWriter<byte>();
        // The redactor must stand what the scanner let through, and what it did not.
        EventScanner.TryScan(json, ranges, out _);
        Cleaning.Redactor.TryClean(json, ranges, output);
        ranges.Clear();
        Cleaning.Redactor.TryClean(cut, ranges, output);
        Assert.NotEmpty(Cleaning.Redactor.CleanUnparsable(cut));
        Assert.NotEmpty(Cleaning.Redactor.CleanUnparsable(json));
    }, iter: 8_000, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void A_body_that_is_broken_inside_goes_as_a_whole_when_it_may_hold_a_secret()
    {
        var cleaned = Cleaning.Clean(Cleaning.Event("secrets", """{"kind":"Secret","data":{"k":"aHVudGVyMg==","x":hunter2}}""", uri: "/x?token=hunter2hunter2", agent: "curl Bearer hunter2hunter2"));
        Assert.DoesNotContain("hunter2", cleaned, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(cleaned);
        Assert.True(Redactor.IsMark(Encoding.UTF8.GetBytes(document.RootElement.GetProperty("requestObject").GetString()!)));
    }

    [Fact]
    public void An_event_without_a_secret_costs_no_allocation()
    {
        var json = Encoding.UTF8.GetBytes(Cleaning.Event("pods", """{"kind":"Pod","spec":{"containers":[{"name":"c","image":"a@sha256:00"}],"volumes":[{"projected":{"sources":[{"serviceAccountToken":{"path":"token"}}]}}]}}"""));
        var ranges = new EventRanges();
        Assert.True(EventScanner.TryScan(json, ranges, out _));
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 100; i++) Cleaning.Redactor.TryClean(json, ranges, output);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Assert.False(Cleaning.Redactor.TryClean(json, ranges, output));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Every_vector_width_wakes_at_every_offset()
    {
        foreach (var needle in new[] { "password=x", "\"token\":\"x", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "AKIAIOSFODNN7EXAMPLE ", "ghp_0123456789abcdefghijABCD ", "Authorization: x", "Bearer abc", "://a:b@c", "\\u0061", "API_KEY=x", "sk-ant-0123456789abcdef0 ", "x-----BEGIN RSA PRIVATE KEY" })
            for (var offset = 0; offset < 140; offset++)
                foreach (var tail in new[] { 4, 70 })
                {
                    var text = Encoding.ASCII.GetBytes(new string(' ', offset) + needle + new string(' ', tail));
                    Assert.True(SecretTriggers.Found(text), $"{needle} at {offset}");
                    Assert.True(SecretTriggers.FoundByNibbles(text), $"{needle} at {offset}, narrower vectors");
                }
    }
}
