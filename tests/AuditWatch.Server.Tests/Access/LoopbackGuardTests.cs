using System.Net;
using AuditWatch.Server.Access;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

public sealed class LoopbackGuardTests
{
    static DefaultHttpContext From(string peer, string host, params (string, string)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        foreach (var (name, value) in headers) context.Request.Headers[name] = value;
        return context;
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost:9443")]
    [InlineData("::1", "[::1]:9443")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1:9443")]
    public void This_machine_may_ask(string peer, string host) => Assert.Null(LoopbackGuard.Refuse(From(peer, host)));

    [Fact]
    public void Another_machine_may_not() => Assert.NotNull(LoopbackGuard.Refuse(From("192.0.2.7", "localhost")));

    [Fact]
    public void A_name_that_an_attacker_pointed_at_loopback_may_not() => Assert.NotNull(LoopbackGuard.Refuse(From("127.0.0.1", "rebound.example")));

    [Fact]
    public void A_web_page_from_elsewhere_may_not() =>
        Assert.NotNull(LoopbackGuard.Refuse(From("127.0.0.1", "localhost", ("Origin", "https://evil.example"))));

    [Theory]
    [InlineData("null")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://localhost:9443")]
    [InlineData("http://localhost:9443.evil.example")]
    public void Nor_one_of_another_program_on_this_machine(string origin) => Assert.NotNull(LoopbackGuard.Refuse(From("127.0.0.1", "localhost:9443", ("Origin", origin))));

    [Fact]
    public void A_page_of_our_own_may() => Assert.Null(LoopbackGuard.Refuse(From("127.0.0.1", "localhost:9443", ("Origin", "http://localhost:9443"))));

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Forwarded-Port")]
    [InlineData("x-original-forwarded-for")]
    [InlineData("Via")]
    public void Nothing_forwarded_is_taken(string header) => Assert.NotNull(LoopbackGuard.Refuse(From("127.0.0.1", "localhost", (header, "203.0.113.9"))));
}
