using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Testing;

/// <summary>Microsoft's emulator of Azure's blob storage (npm's azurite) on a port of its own, in memory.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>Why a test that needs it skips.</summary>
    public const string Missing = "Needs the npm package azurite in artifacts/azurite: run .ci/servers (needs node and npm).";

    /// <summary>The only account, as everybody's emulator has it; its key opens nothing else.</summary>
    public const string Account = "devstoreaccount1", Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    static readonly string s_program = Path.Combine(Checkout.Root, "artifacts", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");
    readonly Process _process;

    AzuriteServer(Process process) => _process = process;

    /// <summary>Whether there is one to start.</summary>
    public static bool IsHere => File.Exists(s_program);

    /// <summary>Its port.</summary>
    public int Port { get; private init; }

    /// <summary>The account's address.</summary>
    public Uri Url => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/{Account}");

    /// <summary>How to get in.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Url};";

    /// <summary>Starts one; returns when it takes connections.</summary>
    public static async Task<AzuriteServer> StartAsync()
    {
        var port = KitServer.FreePort();
        string[] options = ["--blobHost", "127.0.0.1", "--blobPort", port.ToString(CultureInfo.InvariantCulture), "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
        var server = new AzuriteServer(Process.Start(new ProcessStartInfo("node", [s_program, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true })!) { Port = port };
        var said = server._process.StandardError.ReadToEndAsync();
        server._process.OutputDataReceived += (_, _) => { };
        server._process.BeginOutputReadLine();
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (server._process.HasExited) throw new InvalidOperationException($"azurite ended with {server._process.ExitCode}: {await said}");
            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException("azurite does not answer.");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException)
            {
                // Not listening yet.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
