using System.Data.Common;
using System.Text;
using AuditWatch.Storage.State;
using Microsoft.Data.Sqlite;

namespace AuditWatch.Storage.Tests.State;

/// <summary>The contract, on SQLite.</summary>
public sealed class SqliteStateStoreTests : StateStoreContract
{
    readonly TemporaryFolder _folder = new();

    private protected override StateDatabase Database => new SqliteStateDatabase(Path.Combine(_folder.Path, "state.db"));

    protected override async Task BreakInsertsAsync(DbConnection connection, string table)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"create trigger broken before insert on {table} begin select raise(abort, 'disk full'); end";
        await command.ExecuteNonQueryAsync();
    }

    protected override Task<bool> HoldsTextAsync(string text) => Task.FromResult(
        Directory.GetFiles(_folder.Path).Any(file => ReadShared(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task Commits_are_on_the_disk_before_they_return()
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "select journal_mode || ' ' || synchronous || ' ' || foreign_keys from pragma_journal_mode, pragma_synchronous, pragma_foreign_keys";
        Assert.Equal("wal 2 1", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
