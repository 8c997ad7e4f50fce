using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Server.Queries;
using AuditWatch.Server.Roles;
using Xunit;

namespace AuditWatch.Server.Tests.Queries;

public sealed class TopicPlacesTests
{
    static string Name(string row) => Encoding.UTF8.GetString(TopicPlaces.Name(Encoding.UTF8.GetBytes(row), "audit").Span);

    [Fact]
    public void Rows_and_evidence_say_topic_partition_offset_and_index()
    {
        var far = PartitionPlace.In(7, KafkaPlace.Of((5L << 30) + 12, 3));
        Assert.Equal(
            """{"verb":"get","topic":"audit","partition":0,"offset":4,"index":1,"evidence":[{"topic":"audit","partition":7,"offset":5368709132,"index":3},{"file":"x","line":2}],"steps":[{"evidence":[{"topic":"audit","partition":1,"offset":9,"index":0}]}]}""",
            Name($$"""{"verb":"get","segment":0,"frame":4,"index":1,"evidence":[{"segment":{{far.Segment}},"frame":{{far.Frame}},"index":{{far.Index}}},{"file":"x","line":2}],"steps":[{"evidence":[{"segment":{{PartitionPlace.SegmentIn(1, 0)}},"frame":9,"index":0}]}]}"""));
    }

    [Theory]
    [InlineData("""{"event":{"segment":0,"frame":4,"index":1}}""")]
    [InlineData("""{"events":[{"requestObject":{"segment":0,"frame":4,"index":1}}]}""")]
    [InlineData("""{"record":{"segment":0,"frame":4,"index":1}}""")]
    [InlineData("""{"matched":[{"value":{"segment":0,"frame":4,"index":1}}]}""")]
    [InlineData("""{"name":"\"segment\":0,\"frame\":4,\"index\":1"}""")]
    [InlineData("""{"segment":"0","frame":4,"index":1}""")]
    [InlineData("""{"segment":0,"index":1}""")]
    [InlineData("""{"segment":0,"event":{"segment":0,"frame":4,"index":1}}""")]
    public void What_an_event_says_itself_stays_as_it_is(string row) => Assert.Equal(row, Name(row));
}
