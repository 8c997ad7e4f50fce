using System.Text;
using AuditWatch.Events.Envelopes;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

public sealed class EventListTests
{
    internal const string Get = """{"level":"Metadata","auditID":"a-1","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"alice"},"objectRef":{"resource":"pods","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-23T05:49:54.292662Z","stageTimestamp":"2026-11-23T05:49:54.295263Z"}""";

    static string List(params string[] items) => """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[""" + string.Join(",", items) + "]}";

    [Fact]
    public void Items_of_a_list_come_out_as_they_stand_and_in_order()
    {
        var sink = CollectingSink.Of(List(Get, Get.Replace("a-1", "a-2")));
        Assert.Equal([Get, Get.Replace("a-1", "a-2")], sink.Events.Select(e => e.Json));
        Assert.All(sink.Events, e => Assert.Equal(new EventOrigin(1, 0, EnvelopeShape.EventList, false), e.Origin));
        Assert.Empty(sink.Bad);
    }

    [Fact]
    public void Items_are_slices_of_the_body()
    {
        var body = Encoding.UTF8.GetBytes(List(Get, Get));
        var sink = new SlicesOf(body);
        new EventUnwrapper().Unwrap(body, 1, sink);
        Assert.Equal(2, sink.Slices);
    }

    sealed class SlicesOf(byte[] body) : IUnwrapSink
    {
        public int Slices { get; private set; }

        public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(utf8, out var segment));
            Assert.Same(body, segment.Array);
            Slices++;
        }

        public void OnBad(in BadRecord bad) => Assert.Fail(bad.Detail);

        public void OnDropped(string category) => Assert.Fail(category);
    }

    [Fact]
    public void A_list_of_the_beta_version_and_one_with_its_items_first_are_lists_too()
    {
        Assert.Single(CollectingSink.Of(List(Get).Replace("audit.k8s.io/v1", "audit.k8s.io/v1beta1")).Events);
        Assert.Single(CollectingSink.Of("""{"items":[""" + Get + """],"kind":"EventList","apiVersion":"audit.k8s.io/v1"}""").Events);
    }

    [Fact]
    public void An_empty_list_holds_nothing_and_nothing_is_wrong_with_it() => AssertNothing(CollectingSink.Of(List()));

    static void AssertNothing(CollectingSink sink)
    {
        Assert.Empty(sink.Events);
        Assert.Empty(sink.Bad);
    }

    [Theory]
    [InlineData("""{"level":"Metadata","auditID":"x","stage":tru,"verb":"get"}""")] // a broken word
    [InlineData("""{"level":"Metadata","auditID":"x\q","stage":"Panic"}""")] // a broken escape
    [InlineData("""{"level":"Metadata" "auditID":"x","stage":"Panic"}""")] // a comma is missing
    [InlineData("""{"level":"Metadata","auditID":"x,"stage":"Panic"}""")] // a quote is missing: balance is lost
    [InlineData("""{"level":"Metadata","auditID":"x","stage":"Panic" """)] // a brace is missing
    [InlineData("""{"level":"Metadata","user":{"groups":["a"},"auditID":"x","stage":"Panic"}""")] // a bracket is missing
    public void A_malformed_item_costs_only_itself(string broken)
    {
        var sink = CollectingSink.Of(List(Get, broken, Get.Replace("a-1", "a-3"), Get.Replace("a-1", "a-4")));
        Assert.Equal([Get, Get.Replace("a-1", "a-3"), Get.Replace("a-1", "a-4")], sink.Events.Select(e => e.Json));
        var bad = Assert.Single(sink.Bad);
        Assert.Equal("malformed-json", bad.Reason);
        Assert.Equal(broken.TrimEnd(), bad.Text.TrimEnd());
        Assert.InRange(bad.Offset, 1, broken.Length);
    }

    [Fact]
    public void A_malformed_first_item_costs_only_itself()
    {
        var sink = CollectingSink.Of(List("""{"level":"Metadata","auditID":"x","stage":"Panic",}""", Get));
        Assert.Equal(Get, Assert.Single(sink.Events).Json);
        Assert.Single(sink.Bad);
    }

    [Fact]
    public void An_item_that_is_no_event_is_named_so()
    {
        var sink = CollectingSink.Of(List(Get, """{"kind":"Pod"}""", "null", "7"));
        Assert.Single(sink.Events);
        Assert.Equal(["not-an-audit-event", "not-an-audit-event", "not-an-audit-event"], sink.Bad.Select(b => b.Reason));
    }

    [Fact]
    public void A_list_that_ends_too_early_gives_what_is_whole_and_says_that_something_is_missing()
    {
        var whole = List(Get, Get);
        for (var length = whole.Length - 1; length > 100; length--)
        {
            var sink = CollectingSink.Of(whole[..length]);
            Assert.NotEmpty(sink.Bad);
            Assert.True(sink.Events.Count <= 2);
        }
    }

    [Fact]
    public void Events_have_the_line_where_they_begin()
    {
        var sink = CollectingSink.Of("{\n  \"kind\":\"EventList\",\n  \"items\":[\n    " + Get + ",\n\n    " + Get + "\n  ]\n}", line: 10);
        Assert.Equal([13, 15], sink.Events.Select(e => e.Origin.Line));
        sink = CollectingSink.Of("[\n" + Get + ",\n" + Get + ", 5,\n" + Get + "]", line: 2);
        Assert.Equal([3, 4, 5], sink.Events.Select(e => e.Origin.Line));
        Assert.Equal(4, Assert.Single(sink.Bad).Line);
    }

    [Fact]
    public void A_single_event_and_an_array_of_events_need_no_kind()
    {
        Assert.Equal(EnvelopeShape.Event, Assert.Single(CollectingSink.Of(Get).Events).Origin.Shape);
        Assert.Equal(2, CollectingSink.Of($"[{Get},{Get}]").Events.Count);
    }

    [Theory]
    [InlineData("""{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"Panic"}""")]
    [InlineData("""{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"x"}""")]
    [InlineData("""{"auditID":5,"stage":"Panic"}""")]
    [InlineData("""{"hello":"world"}""")]
    [InlineData("5")]
    public void Without_id_or_stage_it_is_no_audit_event(string document)
    {
        var sink = CollectingSink.Of(document, 7);
        Assert.Empty(sink.Events);
        var bad = Assert.Single(sink.Bad);
        Assert.Equal("not-an-audit-event", bad.Reason);
        Assert.Equal(7, bad.Line);
    }

    [Theory]
    [InlineData("{\"auditID\":\"x\",\"stage\":\"Panic\"")]
    [InlineData("hello")]
    [InlineData("{\"auditID\":\"x\",\"stage\":\"Pa\u0001nic\"}")]
    public void What_is_no_JSON_is_malformed(string document) => Assert.Equal("malformed-json", Assert.Single(CollectingSink.Of(document).Bad).Reason);

    [Fact]
    public void Two_broken_items_do_not_swallow_the_good_ones_between_them()
    {
        const string broken = """{"level":"Metadata","auditID":"x,"stage":"Panic"}""";
        var sink = CollectingSink.Of(List(broken, Get, broken, Get, Get, broken));
        Assert.Equal(3, sink.Events.Count);
        Assert.Equal([broken, broken, broken], sink.Bad.Select(b => b.Text.TrimEnd(']', '}') + "}"));
    }

    [Theory]
    [InlineData("""{"level":"Metadata","auditID":"x,"stage":"Panic"}""", 5000)]
    [InlineData("""{"level":"Metadata","auditID":"x","stage":"Panic" """, 66)]
    public void A_list_of_broken_items_ends_and_nothing_of_it_is_lost(string broken, int records)
    {
        var document = List(Enumerable.Repeat(broken, 5000).ToArray());
        var sink = CollectingSink.Of(document);
        Assert.Empty(sink.Events);
        Assert.InRange(sink.Bad.Count, 2, records);
        Assert.InRange(sink.Bad.Sum(b => b.Text.Length), 4999 * broken.Length, document.Length);
    }

    [Fact]
    public void Arrays_within_arrays_end_somewhere()
    {
        var sink = CollectingSink.Of(new string('[', 5000));
        Assert.Empty(sink.Events);
        Assert.Equal("too-deep", Assert.Single(sink.Bad).Reason);
    }
}
