using AuditWatch.Events;
using AuditWatch.Ingest.Journal.Kafka;
using CsCheck;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

public sealed class KafkaPlaceTests
{
    [Fact]
    public void An_offset_comes_back_from_its_position_and_positions_are_ordered_as_offsets_are() =>
        Gen.Select(Gen.Long[0, 1L << 60], Gen.Long[0, 1L << 60], Gen.Int[0, 20_000]).Sample((one, other, index) =>
            KafkaPlace.OffsetOf(KafkaPlace.Of(one, index)) == one
            && KafkaPlace.Of(one, index).CompareTo(KafkaPlace.Of(other, index)) == Math.Sign(one.CompareTo(other)));

    [Fact]
    public void The_beginning_is_before_the_first_record() => Assert.True(EventPosition.Start < KafkaPlace.Of(0, 0));
}
