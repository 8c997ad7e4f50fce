using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Hosting;

public sealed class BaselineFiles
{
    static readonly string Recorded = Path.Combine(Checkout.Root, "tests", "AuditWatch.Detection.Tests", "Knowledge", "Recorded", "snapshot.json");

    [Fact]
    public void A_snapshot_is_said_with_what_it_holds_and_one_that_cannot_be_read_keeps_the_others()
    {
        var said = new List<string>();
        var baselines = Baselines.Read(
            new AuditWatchConfig { Baselines = new Dictionary<string, IReadOnlyList<string>> { ["gone"] = ["/no/such/snapshot.json"], ["prod"] = [Recorded] } }, said.Add);
        Assert.Null(baselines("gone"));
        Assert.Null(baselines("never-mentioned"));
        Assert.Equal(149, baselines("prod")!.Count);
        Assert.StartsWith("The snapshot of gone is not used. There is no file '/no/such/snapshot.json'. Take the snapshot first", said[0], StringComparison.Ordinal);
        Assert.Matches("^Snapshot of prod: 149 objects of [0-9: -]+Z, with all bindings; 1 of other kinds are passed over\\.$", said[1]);
    }
}
