using System.Collections.Concurrent;
using AuditWatch.Storage.State;
using AuditWatch.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(AuditWatch.Storage.Tests.State.SharedPostgres))]

namespace AuditWatch.Storage.Tests.State;

/// <summary>One PostgreSQL for all tests that do not break it, started by the first that asks; every class has databases of its own.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync("fsync=off", "max_connections=60"));
    readonly ConcurrentDictionary<string, Lazy<Task<PostgresPlace>>> _databases = [];

    public async Task<PostgresServer> ServerAsync()
    {
        Assert.SkipUnless(PostgresServer.IsHere, PostgresServer.Missing);
        return await _server.Value;
    }

    /// <summary>The database of a class, made by the first test that asks.</summary>
    internal Task<PostgresPlace> DatabaseAsync(string name) => _databases.GetOrAdd(name, n => new Lazy<Task<PostgresPlace>>(async () => await MakeDatabaseAsync(await ServerAsync(), n))).Value;

    internal static async Task<PostgresPlace> MakeDatabaseAsync(PostgresServer server, string name)
    {
        await server.MakeDatabaseAsync(name);
        return new PostgresPlace { Host = "127.0.0.1", Port = server.Port, Database = name, Username = name, Password = () => PostgresServer.Password, Tls = false, MaxConnections = 6 };
    }

    /// <summary>As the superuser, past the product's own pool.</summary>
    internal static async Task<NpgsqlConnection> ConnectAsync(PostgresServer server, string database)
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={server.Port};Database={database};Username={PostgresServer.Superuser};Password={PostgresServer.Password};Pooling=false;SSL Mode=Disable");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
