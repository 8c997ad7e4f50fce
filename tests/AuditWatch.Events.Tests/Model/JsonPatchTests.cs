using System.Text;
using System.Text.Json;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""[{"op":"replace","path":"/spec/template/spec/containers/0/securityContext/privileged","value":true}]""", """{"spec":{"template":{"spec":{"containers":[{"securityContext":{"privileged":true}}]}}}}""")]
    [InlineData("""[{"op":"add","path":"/spec/containers/-","value":{"image":"a"}},{"op":"add","path":"/spec/containers/-","value":{"image":"b"}}]""", """{"spec":{"containers":[{"image":"a"},{"image":"b"}]}}""")]
    [InlineData("""[{"op":"add","path":"/spec/containers/1/image","value":"a"},{"op":"add","path":"/spec/containers/1/tty","value":true}]""", """{"spec":{"containers":[{"image":"a","tty":true}]}}""")]
    [InlineData("""[{"op":"add","path":"/metadata/annotations/a~1b~0c","value":"x"}]""", """{"metadata":{"annotations":{"a/b~c":"x"}}}""")]
    [InlineData("""[{"op":"remove","path":"/spec/nodeName"}]""", """{"spec":{"nodeName":null}}""")]
    [InlineData("""[{"op":"add","path":"/spec","value":{"a":1}},{"op":"add","path":"/spec/b","value":2},{"op":"replace","path":"/spec/a","value":3}]""", """{"spec":{"a":3,"b":2}}""")]
    [InlineData("""[{"op":"replace","path":"","value":{"whole":true}}]""", """{"whole":true}""")]
    [InlineData("""[{"op":"test","path":"/a","value":1},{"op":"copy","from":"/a","path":"/b"},{"op":"move","from":"/a","path":"/c"},5,{"op":7,"path":"/x"}]""", null)]
    public void A_JSON_patch_is_the_piece_of_the_object_that_it_writes(string patch, string? expected)
    {
        using var operations = JsonDocument.Parse(patch);
        var piece = JsonPatchTree.Build(operations.RootElement);
        Assert.Equal(expected, piece is null ? null : Encoding.UTF8.GetString(piece));
    }

    [Fact]
    public void A_container_made_privileged_by_a_JSON_patch_is_seen()
    {
        var audit = An.Event("patch", "deployments", "Request").With("responseStatus.code", 200).WithJson("requestObject", """[{"op":"replace","path":"/spec/template/spec/containers/0/securityContext/privileged","value":true}]""");
        Assert.Equal("[true]", audit.Says("aw.pod.containers.securityContext.privileged"));
        Assert.Equal("[true]", audit.Says("requestObject.spec.template.spec.containers.securityContext.privileged"));
        Assert.Equal("unknown(PatchFragment)", audit.Says("aw.pod.containers.image"));
        Assert.Equal("json", audit.Says("aw.patch.type"));
        Assert.Equal("""["/spec/template/spec/containers/0/securityContext/privileged"]""", audit.Says("requestObject.path"));
    }

    [Theory]
    [InlineData("{}", "empty")]
    [InlineData("[]", "empty")]
    [InlineData("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"b"}}""", "empty")]
    [InlineData("""{"metadata":{"labels":{"a":"b"}}}""", "merge")]
    [InlineData("""{"metadata":null}""", "merge")]
    [InlineData("""{"data":{}}""", "merge")]
    [InlineData("""[{"op":"test","path":"/data","value":1}]""", "json")]
    public void A_patch_that_changes_nothing_is_told_from_one_that_does(string patch, string type) =>
        Assert.Equal(type, An.Event("patch", "secrets", "Request").With("responseStatus.code", 200).WithJson("requestObject", patch).Says("aw.patch.type"));

    [Fact]
    public void Endless_paths_do_no_harm()
    {
        using var operations = JsonDocument.Parse("[{\"op\":\"add\",\"path\":\"" + string.Concat(Enumerable.Repeat("/a", 100_000)) + "\",\"value\":1}]");
        Assert.Null(JsonPatchTree.Build(operations.RootElement));
    }
}
