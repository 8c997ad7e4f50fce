using AuditWatch.Server.Access;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

public sealed class RoleBindingTests
{
    [Theory]
    [InlineData("viewer", "viewer:*")]
    [InlineData("analyst:prod, viewer:*", "analyst:prod viewer:*")]
    [InlineData("admin:* admin", "admin:*")]
    public void Roles_are_read_as_they_are_written(string text, string wanted)
    {
        var bindings = new List<RoleBinding>();
        Assert.Null(RoleBinding.TryParse(text, bindings));
        Assert.Equal(wanted, string.Join(' ', bindings));
    }

    [Theory]
    [InlineData("", "At least one role is needed")]
    [InlineData("root", "'root' is no role; there are viewer, analyst, engineer, admin")]
    [InlineData("Admin", "'Admin' is no role")]
    [InlineData("3", "'3' is no role")]
    [InlineData("viewer:a/b", "The cluster's name 'a/b' must be")]
    [InlineData("viewer:", "The cluster's name '' must be")]
    public void What_is_no_role_is_said(string text, string why) => Assert.StartsWith(why, RoleBinding.TryParse(text, []), StringComparison.Ordinal);

    [Fact]
    public void A_scope_is_where_the_role_or_a_higher_one_is_held()
    {
        var bindings = new List<RoleBinding>();
        RoleBinding.TryParse("viewer:* analyst:dev engineer:prod", bindings);
        var caller = new Caller("x", "token", bindings);
        Assert.True(caller.ScopeOf(Role.Viewer).IsAll);
        Assert.Equal("dev prod", caller.ScopeOf(Role.Analyst).ToString());
        Assert.Equal("prod", caller.ScopeOf(Role.Engineer).ToString());
        Assert.True(caller.ScopeOf(Role.Admin).IsEmpty);
        Assert.False(caller.ScopeOf(Role.Admin).Sees("prod"));
    }
}
