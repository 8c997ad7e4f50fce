using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Server.Configuration;
using AuditWatch.Testing;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Xunit;

namespace AuditWatch.Server.Tests.Sources;

/// <summary>In a blob container, and in the layout that Azure's own processors read and write.</summary>
public sealed class BlobCheckpointTests(BlobCheckpointTests.Shared shared) : CheckpointContract, IClassFixture<BlobCheckpointTests.Shared>
{
    /// <summary>One emulator for all of them; each test has a container of its own.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        internal AzuriteServer? Server { get; private set; }

        public async ValueTask InitializeAsync() => Server = AzuriteServer.IsHere ? await AzuriteServer.StartAsync() : null;

        public async ValueTask DisposeAsync()
        {
            if (Server is not null) await Server.DisposeAsync();
        }
    }

    readonly string _name = "c" + Guid.NewGuid().ToString("N");
    BlobContainerClient _container = null!;

    protected override async Task<IPartitionCheckpoints> OpenAsync()
    {
        Assert.SkipUnless(shared.Server is not null, AzuriteServer.Missing);
        _container = new BlobContainerClient(shared.Server!.ConnectionString, _name);
        await _container.CreateAsync(cancellationToken: Stop);
        return Open(_name);
    }

    BlobCheckpoints Open(string container, string? connectionString = null) => new(new BlobPlace(new Uri($"{shared.Server!.Url}/{container}"), () => connectionString ?? shared.Server.ConnectionString));

    [Fact]
    public async Task Names_and_metadata_are_those_of_the_official_processors()
    {
        var owner = Assert.Single(await Store.ClaimAsync(Group, [new("3", "auditwatch-node-1", null)], Stop));
        await Store.SaveAsync(Group, "3", new PartitionCheckpoint("4294967296", 77), "auditwatch-node-1", Stop);
        var blobs = new List<BlobItem>();
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, null, Stop)) blobs.Add(blob);
        var place = $"ns.servicebus.windows.net/{Group.Hub.ToLowerInvariant()}/$default";
        Assert.Equal([$"{place}/checkpoint/3", $"{place}/ownership/3"], blobs.Select(b => b.Name));
        Assert.Equal(["clientidentifier=auditwatch-node-1", "offset=4294967296", "sequencenumber=77"], blobs[0].Metadata.Select(m => $"{m.Key}={m.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(["ownerid=auditwatch-node-1"], blobs[1].Metadata.Select(m => $"{m.Key}={m.Value}"));
        Assert.All(blobs, b => Assert.Equal(0, b.Properties.ContentLength));
        Assert.Equal(blobs[1].Properties.ETag!.Value.ToString().Trim('"'), owner.Version);
    }

    [Theory]
    [InlineData("8192", "41", "8192", 41)]
    [InlineData("no offset", "41", "", 41)]
    [InlineData("", "41", "", 41)]
    [InlineData("8192", "", "8192", -1)]
    [InlineData("2:8192:41", "-9223372036854775808", "2:8192:41", -1)]
    public async Task A_checkpoint_that_another_processor_left_is_gone_on_from(string offset, string sequence, string position, long number)
    {
        var blob = _container.GetBlobClient($"ns.servicebus.windows.net/{Group.Hub.ToLowerInvariant()}/$default/checkpoint/0");
        await blob.UploadAsync(BinaryData.Empty, new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["offset"] = offset, ["sequencenumber"] = sequence } }, Stop);
        Assert.Equal(new PartitionCheckpoint(position, number), await Store.FindAsync(Group, "0", Stop));
        await Store.SaveAsync(Group, "0", new PartitionCheckpoint("9000", 42), "one", Stop);
        Assert.Equal(new PartitionCheckpoint("9000", 42), await Store.FindAsync(Group, "0", Stop));
    }

    [Fact]
    public async Task Blobs_that_are_no_checkpoints_are_left_alone()
    {
        var prefix = $"ns.servicebus.windows.net/{Group.Hub.ToLowerInvariant()}/$default";
        foreach (var name in new[] { "ownership/7", "ownership/a/b", "checkpoint/0" }) await _container.GetBlobClient($"{prefix}/{name}").UploadAsync(BinaryData.FromString("x"), Stop);
        Assert.Empty(await Store.ListOwnersAsync(Group, Stop));
        Assert.Null(await Store.FindAsync(Group, "0", Stop));
    }

    [Fact]
    public async Task A_container_that_is_not_there_a_wrong_key_and_another_account_are_said_in_a_sentence()
    {
        var missing = await Assert.ThrowsAsync<IOException>(() => Open("nothing-here").ListOwnersAsync(Group, Stop));
        Assert.Contains("does not exist; make it", missing.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<IOException>(() => Open(_name, shared.Server!.ConnectionString.Replace(AzuriteServer.Key, "d3Jvbmc=", StringComparison.Ordinal)).FindAsync(Group, "0", Stop));
        Assert.Matches("answers 40[13] [A-Za-z]+\\.$", refused.Message);
        Assert.DoesNotContain("d3Jvbmc", refused.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<IOException>(() => Open(_name, "DefaultEndpointsProtocol=https;AccountName=others;AccountKey=d3Jvbmc=;EndpointSuffix=core.windows.net").FindAsync(Group, "0", Stop));
        Assert.Contains("names the storage account 'devstoreaccount1', but the connection string is for 'others'", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoints.db", false, null)]
    [InlineData("checkpoints.db", true, "checkpoint_secret_file")]
    [InlineData("postgresql://aw@db:5432/checkpoints", true, null)]
    [InlineData("postgresql://aw:secret@db:5432/checkpoints", true, "checkpoint_store")]
    [InlineData("postgresql://db/checkpoints", true, "checkpoint_store")]
    [InlineData("https://acme.blob.core.windows.net/checkpoints", false, null)]
    [InlineData("https://acme.blob.core.windows.net/", false, "checkpoint_store")]
    [InlineData("https://acme.blob.core.windows.net/checkpoints?sv=2024&sig=abc", false, "checkpoint_store")]
    [InlineData("http://acme.blob.core.windows.net/checkpoints", true, "checkpoint_store")]
    [InlineData("mysql://db/checkpoints", true, "checkpoint_store")]
    public void What_the_setting_may_be_is_checked_before_anything_starts(string store, bool hasSecret, string? wrong) => Assert.Equal(wrong, CheckpointPlace.FaultOf(store, hasSecret)?.Key);
}
