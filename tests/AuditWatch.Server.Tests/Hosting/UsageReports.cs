using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace AuditWatch.Server.Tests.Hosting;

public sealed class UsageReports
{
    [Fact]
    public async Task The_bus_tells_its_makers_nothing()
    {
        var data = Directory.CreateTempSubdirectory("aw-quiet").FullName;
        await using var host = await AuditWatchHost.StartAsync(new AuditWatchConfig { Data = data, Listen = ["http://127.0.0.1:0"] }, TimeProvider.System, _ => { }, TestContext.Current.CancellationToken, quiet: true);
        Assert.False(host.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
