using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Testing;

/// <summary>A real PostgreSQL (Debian's package) on a port and in a folder of its own, run by an unprivileged user. It can be killed and started again on the same folder.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Why a test that needs it skips.</summary>
    public const string Missing = "Needs PostgreSQL's server programs: apt-get install postgresql, or run .ci/run.";

    /// <summary>The superuser's name and password; the password is only good for a server of the tests.</summary>
    public const string Superuser = "tester", Password = "only for tests";
    static readonly string? s_programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;
    readonly string[] _settings;
    Process? _process;

    PostgresServer(string[] settings) => _settings = settings;

    /// <summary>Whether there is one to start.</summary>
    public static bool IsHere => s_programs is not null;

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Its folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("auditwatch-postgres-").FullName;

    string Data => Path.Combine(Folder, "data");

    /// <summary>Makes and starts one; settings as <c>name=value</c>.</summary>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(settings);
        var password = Path.Combine(server.Folder, "password");
        await File.WriteAllTextAsync(password, Password);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", "postgres:postgres", server.Folder);
        await RunAsync([.. As("initdb"), "-D", server.Data, "-U", Superuser, $"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it (again) with what it had; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        string[] command = [.. As("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", Folder, "-c", "listen_addresses=127.0.0.1",
            .. _settings.SelectMany(setting => new[] { "-c", setting })];
        _process = Process.Start(Start(command))!;
        var said = new System.Text.StringBuilder();
        var ready = new TaskCompletionSource();
        void Hear(string? line)
        {
            if (line is null) return;
            lock (said) said.AppendLine(line);
            if (line.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        }

        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, _process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(60))) != ready.Task)
            lock (said) throw new InvalidOperationException($"PostgreSQL did not start: {said}");
    }

    /// <summary>A database and a role of the same name that owns it and may do nothing else.</summary>
    public async Task MakeDatabaseAsync(string name)
    {
        await QueryAsync("postgres", $"create role {name} login password '{Password}'");
        await QueryAsync("postgres", $"create database {name} owner {name}");
    }

    /// <summary>What a statement of the superuser answers: a line each row, columns parted by |.</summary>
    public Task<string> QueryAsync(string database, string sql) => RunAsync(
        "env", $"PGPASSWORD={Password}", Path.Combine(s_programs!, "psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", Superuser,
        "-d", database, "-c", sql);

    /// <summary>SIGKILL, to the first process: the others end by themselves when they see it. Gone when this returns.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        // A backend that still runs keeps the shared memory, and a new first process refuses to start beside it.
        for (var tries = 0; tries < 600 && IsHeld(); tries++) await Task.Delay(50);
    }

    /// <summary>A stop in order, which breaks off every connection.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        await RunAsync("kill", "-INT", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    bool IsHeld()
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == Data) return true;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is another user's.
            }
        }

        return false;
    }

    static string[] As(string program)
    {
        var path = Path.Combine(s_programs ?? throw new InvalidOperationException(Missing), program);
        return Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path] : [path];   // it refuses to run as root
    }

    static ProcessStartInfo Start(string[] command) => new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };

    static async Task<string> RunAsync(params string[] command)
    {
        using var process = Process.Start(Start(command))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await output}{errors}");
        return await output;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
