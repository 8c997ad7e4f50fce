using System.Data.Common;
using AuditWatch.Storage.State;
using AuditWatch.Testing;
using Dapper;

namespace AuditWatch.Storage.Tests.State;

/// <summary>The contract, on PostgreSQL.</summary>
public sealed class PostgresStateStoreTests(SharedPostgres shared) : StateStoreContract
{
    const string Name = "contract";
    // What the tests before left, and broke.
    const string ForgetAll =
        """
        drop function if exists broken cascade;
        do $$ begin
            if to_regclass('schemaversions') is not null then
                execute (select 'truncate ' || string_agg(tablename, ', ') || ' restart identity cascade' from pg_tables where schemaname = 'public' and tablename <> 'schemaversions');
                delete from schemaversions where scriptname like '%9999%';
            end if;
        end $$
        """;

    readonly List<PostgresStateDatabase> _opened = [];
    PostgresServer _server = null!;
    PostgresPlace _place = null!;

    private protected override StateDatabase Database
    {
        get
        {
            var database = new PostgresStateDatabase(_place, TimeProvider.System);
            _opened.Add(database);
            return database;
        }
    }

    public override async ValueTask InitializeAsync()
    {
        _server = await shared.ServerAsync();
        _place = await shared.DatabaseAsync(Name);
        await using (var connection = await SharedPostgres.ConnectAsync(_server, Name))
            await connection.ExecuteAsync(ForgetAll);
        await base.InitializeAsync();
    }

    protected override async Task BreakInsertsAsync(DbConnection connection, string table) => await connection.ExecuteAsync(
        $"""
        create function broken() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
        create trigger broken before insert on {table} for each row execute function broken()
        """);

    protected override async Task<bool> HoldsTextAsync(string text)
    {
        await using var connection = await SharedPostgres.ConnectAsync(_server, Name);
        var holds = false;
        foreach (var table in await connection.QueryAsync<string>("select tablename from pg_tables where schemaname = 'public'"))
            holds |= await connection.QuerySingleAsync<bool>($"select exists (select 1 from \"{table}\" t where strpos(t::text, @text) > 0 or strpos(t::text, @hex) > 0)",
                new { text, hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text)) });
        return holds;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var database in _opened) await database.DisposeAsync();
    }
}
