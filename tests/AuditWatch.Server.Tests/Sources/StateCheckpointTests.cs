using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Sources;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Sources;

/// <summary>In a SQLite file.</summary>
public sealed class SqliteCheckpointTests : CheckpointContract
{
    protected override Task<IPartitionCheckpoints> OpenAsync() =>
        Task.FromResult<IPartitionCheckpoints>(StateCheckpoints.InFile(Path.Combine(Directory.CreateTempSubdirectory("aw-checkpoints").FullName, "checkpoints.db"), TimeProvider.System));
}

/// <summary>In a PostgreSQL database.</summary>
public sealed class PostgresCheckpointTests(PostgresCheckpointTests.Shared shared) : CheckpointContract, IClassFixture<PostgresCheckpointTests.Shared>
{
    /// <summary>One server and one database for all of them: each test has a hub of its own.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        internal PostgresServer? Server { get; private set; }

        public async ValueTask InitializeAsync()
        {
            if (!PostgresServer.IsHere) return;
            Server = await PostgresServer.StartAsync("fsync=off");
            await Server.MakeDatabaseAsync("checkpoints");
        }

        public async ValueTask DisposeAsync()
        {
            if (Server is not null) await Server.DisposeAsync();
        }
    }

    protected override Task<IPartitionCheckpoints> OpenAsync()
    {
        Assert.SkipUnless(shared.Server is not null, PostgresServer.Missing);
        var place = new Uri(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"postgresql://checkpoints@127.0.0.1:{shared.Server!.Port}/checkpoints?tls=disable"));
        return Task.FromResult<IPartitionCheckpoints>(StateCheckpoints.InPostgres(place, () => PostgresServer.Password, TimeProvider.System));
    }
}
