using System.Text;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

public sealed class ItemSplitterTests
{
    readonly List<(int Start, int Length)> _items = [];

    [Fact]
    public void The_items_of_an_EventList_are_cut_out_one_by_one()
    {
        var json = """{"kind":"EventList","metadata":{"a":["]"]},"items":[{"auditID":"1","x":"}]"} , {"auditID":"2","x":[{}]},7,"s"],"apiVersion":"audit.k8s.io/v1"}""";
        Assert.True(Split(json, out _));
        Assert.Equal(["""{"auditID":"1","x":"}]"}""", """{"auditID":"2","x":[{}]}""", "7", "\"s\""], Texts(json));
    }

    [Fact]
    public void An_inner_array_of_the_same_name_is_not_taken()
    {
        Assert.False(Split("""{"spec":{"items":[{"a":1}]}}""", out var error));
        Assert.Equal(ScanError.None, error);
    }

    [Fact]
    public void An_empty_list_has_no_items_and_no_fault()
    {
        Assert.True(Split("""{"items":[ ]}""", out _));
        Assert.Empty(_items);
    }

    [Fact]
    public void An_item_with_a_fault_inside_is_still_cut_out()
    {
        var json = """{"items":[{"a":01},{"b":2}]}""";
        Assert.True(Split(json, out _));
        Assert.Equal(["""{"a":01}""", """{"b":2}"""], Texts(json));
    }

    [Fact]
    public void A_list_cut_short_names_the_place_and_keeps_the_items_before_it()
    {
        var json = """{"items":[{"a":1},{"b":""";
        Assert.False(Split(json, out var error));
        Assert.Equal(new ScanError(ScanFault.UnexpectedEnd, json.Length), error);
        Assert.Equal(["""{"a":1}"""], Texts(json));
    }

    [Fact]
    public void A_key_written_with_escapes_is_the_same_key()
    {
        var json = """{"\u0069tems":[{}]}""";
        Assert.True(Split(json, out _));
        Assert.Equal(["{}"], Texts(json));
    }

    [Fact]
    public void An_item_nested_too_deep_leaves_the_others_whole()
    {
        var deep = $"{{\"a\":{new string('[', 200)}{new string(']', 200)}}}";
        var json = $"{{\"items\":[{deep},{{\"b\":2}}]}}";
        Assert.True(Split(json, out _));
        Assert.Equal([deep, "{\"b\":2}"], Texts(json));
    }

    bool Split(string json, out ScanError error) => ItemSplitter.TrySplit(Encoding.UTF8.GetBytes(json), "items"u8, _items, out error);

    IEnumerable<string> Texts(string json) => _items.Select(item => json.Substring(item.Start, item.Length));
}
