using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class AuditSchemaTests
{
    [Theory]
    [InlineData("apiGroup", "objectRef.apiGroup")]
    [InlineData("objectref.resource", "objectRef.resource")]
    [InlineData("verbs", "verb")]
    [InlineData("user.name", "user.username")]
    [InlineData("username", "user.username")]
    [InlineData("objectRef.subResource", "objectRef.subresource")]
    [InlineData("sourceIP", "sourceIPs")]
    [InlineData("aw.clientip", "aw.client_ip")]
    [InlineData("aw.pods", "aw.pod")]
    [InlineData("requestObjects.spec", "requestObject.spec")]
    [InlineData("code", "responseStatus.code")]
    public void A_path_that_does_not_exist_is_refused_with_a_suggestion(string path, string suggestion)
    {
        Assert.False(AuditSchema.TryBind(path, out _, out var problem));
        var sentence = path.StartsWith("aw.", StringComparison.Ordinal) ? $"Derived field '{path}' does not exist." : $"Field '{path}' does not exist on an audit event.";
        Assert.Equal($"{sentence} Did you mean '{suggestion}'?", problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("completelyDifferent")]
    [InlineData("verb.x")]
    [InlineData("user.username.x")]
    [InlineData("objectRef.foo.bar")]
    [InlineData("aw.verb.nothing.near.it")]
    [InlineData("kubernetes.audit.verbatim")]
    public void Where_nothing_is_near_nothing_is_suggested_but_the_sentence_stands(string path)
    {
        Assert.False(AuditSchema.TryBind(path, out _, out var problem));
        Assert.Contains("does not exist", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("requestObject..spec")]
    [InlineData("requestObject.spec.")]
    [InlineData("requestObject.spec[")]
    [InlineData("annotations.[]")]
    [InlineData("annotations.[a]b")]
    public void A_path_that_is_written_wrongly_is_refused(string path)
    {
        Assert.False(AuditSchema.TryBind(path, out _, out var problem));
        Assert.Contains(path, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("annotations.authorization.k8s.io/decision")]
    [InlineData("annotations.[authorization.k8s.io/decision]")]
    [InlineData("user.extra.authentication.kubernetes.io/pod-name")]
    [InlineData("impersonatedUser.extra.x")]
    [InlineData("impersonatedUser.uid")]
    [InlineData("responseStatus.details.causes.reason")]
    [InlineData("authenticationMetadata.impersonationConstraint")]
    [InlineData("requestObject.spec.containers[0].image")]
    [InlineData("sourceIPs[0]")]
    [InlineData("user.groups[-1]")]
    [InlineData("aw.pod.containers.securityContext.privileged")]
    [InlineData("aw.pod.nodeName")]
    [InlineData("aw.role.rules.verbs")]
    public void Everything_an_event_can_have_binds(string path) => Assert.True(AuditSchema.TryBind(path, out _, out var problem), problem);

    [Fact]
    public void One_path_is_bound_once_and_slots_are_dense()
    {
        Assert.True(AuditSchema.TryBind("requestObject.some.path.of.this.test", out var first, out _));
        Assert.True(AuditSchema.TryBind("requestObject.some.path.of.this.test", out var again, out _));
        Assert.Same(first, again);
        Assert.InRange(first.Slot, 0, AuditSchema.BoundCount - 1);
    }

    [Fact]
    public void Elements_of_arrays_can_be_picked_by_their_position()
    {
        Assert.Equal("10.1.2.3", An.Event("get", "pods").Says("sourceIPs[0]"));
        Assert.Equal("system:authenticated", An.Event("get", "pods").Says("user.groups[-1]"));
        Assert.Equal("absent", An.Event("get", "pods").Says("user.groups[5]"));
    }

    [Fact]
    public void Every_derived_field_is_documented()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AuditWatch.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("AuditWatch.sln was not found above the tests.");
        var document = File.ReadAllText(Path.Combine(folder, "docs", "derived-fields.md"));
        Assert.All(DerivedFields.ByName.Keys, name => Assert.Contains($"`{name}`", document, StringComparison.Ordinal));
        Assert.Equal((int)DerivedField.Count - 1, DerivedFields.ByName.Count);
    }
}
