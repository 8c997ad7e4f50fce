using System.Text;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

public sealed class ScanErrorTests
{
    [Theory]
    [InlineData("", ScanFault.UnexpectedEnd, 0)]
    [InlineData(" \n", ScanFault.UnexpectedEnd, 2)]
    [InlineData("[{}]", ScanFault.NotAnObject, 0)]
    [InlineData(" \"verb\"", ScanFault.NotAnObject, 1)]
    [InlineData("{\"verb\":\"get\"", ScanFault.UnexpectedEnd, 13)]
    [InlineData("{\"verb\":\"ge", ScanFault.UnexpectedEnd, 11)]
    [InlineData("{\"verb\" \"get\"}", ScanFault.UnexpectedByte, 8)]
    [InlineData("{\"verb\":\"get\" \"a\":1}", ScanFault.UnexpectedByte, 14)]
    [InlineData("{\"verb\":\"get\",}", ScanFault.UnexpectedByte, 14)]
    [InlineData("{\"verb\":\"g\tt\"}", ScanFault.ControlCharacter, 10)]
    [InlineData("{\"verb\":\"g\\xt\"}", ScanFault.BadEscape, 10)]
    [InlineData("{\"verb\":\"g\\u00g0\"}", ScanFault.BadEscape, 10)]
    [InlineData("{\"a\":01}", ScanFault.BadNumber, 6)]
    [InlineData("{\"a\":-}", ScanFault.BadNumber, 6)]
    [InlineData("{\"a\":1.}", ScanFault.BadNumber, 7)]
    [InlineData("{\"a\":1e+}", ScanFault.BadNumber, 8)]
    [InlineData("{\"a\":trux}", ScanFault.UnexpectedByte, 8)]
    [InlineData("{\"a\":{\"b\":[1,2}}", ScanFault.UnexpectedByte, 14)]
    [InlineData("{\"a\":1} {}", ScanFault.TrailingData, 8)]
    [InlineData("{\"a\":1}\0", ScanFault.TrailingData, 7)]
    [InlineData("{\"requestObject\":{\"a\":[}}", ScanFault.UnexpectedByte, 23)]
    [InlineData("{\"requestObject\":{\"a\":\"b\n\"}}", ScanFault.ControlCharacter, 24)]
    [InlineData("{\"requestObject\":{\"a\":\"b\\\n\"}}", ScanFault.ControlCharacter, 25)]
    [InlineData("{\"requestObject\":{\\\"a\":1}}", ScanFault.UnexpectedByte, 18)]
    [InlineData("{\"requestObject\":{\"a\":\"b}}", ScanFault.UnexpectedEnd, 26)]
    public void A_fault_is_named_with_its_place(string json, ScanFault fault, int offset)
    {
        foreach (var width in ScannerAgainstReaderTests.Widths)
        {
            Assert.False(EventScanner.TryScan(Encoding.UTF8.GetBytes(json), new EventRanges(), width, out var error));
            Assert.Equal(new ScanError(fault, offset), error);
        }
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_a_fault_wherever_they_are()
    {
        byte[] json = [.. "{\"requestObject\":{\"a\":\"é"u8, 0xFF, .. "\"}}"u8];
        Assert.False(EventScanner.TryScan(json, new EventRanges(), out var error));
        Assert.Equal(new ScanError(ScanFault.BadUtf8, 25), error);
    }

    [Theory]
    [InlineData("requestObject")]
    [InlineData("annotations")]
    public void Nesting_ends_at_128_levels_the_event_included(string key)
    {
        var deepest = $"{{\"{key}\":{new string('[', 127)}{new string(']', 127)}}}";
        var deeper = $"{{\"{key}\":{new string('[', 128)}{new string(']', 128)}}}";
        foreach (var width in ScannerAgainstReaderTests.Widths)
        {
            Assert.True(EventScanner.TryScan(Encoding.UTF8.GetBytes(deepest), new EventRanges(), width, out _));
            Assert.False(EventScanner.TryScan(Encoding.UTF8.GetBytes(deeper), new EventRanges(), width, out var error));
            Assert.Equal(new ScanError(ScanFault.TooDeep, key.Length + 4 + 127), error);
        }
    }

    [Fact]
    public void A_fault_inside_a_body_waits_for_whoever_opens_it()
    {
        Assert.True(EventScanner.TryScan("{\"requestObject\":{\"a\":01,,\"b\":\"\\q\"},\"verb\":\"get\"}"u8, new EventRanges(), out var error), error.ToString());
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        var json = Encoding.UTF8.GetBytes("{\"\\u0076erb\":\"get\",\"user\":{\"username\":\"a\"},\"annotations\":{\"a\":[{}]},\"requestObject\":{\"a\":{\"b\":[1,2,3]}}}");
        var ranges = new EventRanges();
        Assert.True(EventScanner.TryScan(json, ranges, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            EventScanner.TryScan(json, ranges, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
