using System.Text;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

public sealed class EventScannerTests
{
    readonly EventRanges _ranges = new();

    [Fact]
    public void Hot_fields_are_found_whatever_the_order_of_the_keys()
    {
        var json = """ {"annotations":{"a":"b"},"objectRef":{"name":"n1","resource":"secrets"},"verb":"get","user":{"groups":["g"],"username":"alice"},"responseStatus":{"code":200}} """;
        Scan(json);
        Assert.Equal("get", Text(json, HotField.Verb));
        Assert.Equal("secrets", Text(json, HotField.ObjectResource));
        Assert.Equal("n1", Text(json, HotField.ObjectName));
        Assert.Equal("""{"name":"n1","resource":"secrets"}""", Text(json, HotField.ObjectRef));
        Assert.Equal("alice", Text(json, HotField.UserName));
        Assert.Equal("""["g"]""", Text(json, HotField.UserGroups));
        Assert.Equal("200", Text(json, HotField.ResponseCode));
        Assert.Equal("""{"a":"b"}""", Text(json, HotField.Annotations));
        Assert.False(_ranges.Has(HotField.ObjectNamespace));
    }

    [Fact]
    public void A_key_written_with_escapes_is_the_same_key()
    {
        var json = """{"\u0076erb":"g\u0065t","\u006fbjectRef":{"res\u006Furce":"pods"}}""";
        Scan(json);
        Assert.Equal("""g\u0065t""", Text(json, HotField.Verb));
        Assert.True(_ranges.IsEscaped(HotField.Verb));
        Assert.Equal("pods", Text(json, HotField.ObjectResource));
    }

    [Fact]
    public void A_second_objectRef_replaces_all_of_the_first()
    {
        var json = """{"objectRef":{"resource":"secrets","name":"x"},"objectRef":{"name":"y"}}""";
        Scan(json);
        Assert.Equal("y", Text(json, HotField.ObjectName));
        Assert.False(_ranges.Has(HotField.ObjectResource));
    }

    [Fact]
    public void A_null_that_follows_replaces_the_object_and_its_parts()
    {
        var json = """{"user":{"username":"alice"},"user":null}""";
        Scan(json);
        Assert.Equal("null", Text(json, HotField.User));
        Assert.False(_ranges.Has(HotField.UserName));
    }

    void Scan(string json) => Assert.True(EventScanner.TryScan(Encoding.UTF8.GetBytes(json), _ranges, out var error), error.ToString());

    string Text(string json, HotField field) => Encoding.UTF8.GetString(_ranges.Of(Encoding.UTF8.GetBytes(json), field));
}
