using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Deploying;

/// <summary>The image without an engine to build it: its final stage put together from its COPY lines, run as a stranger on a root that cannot be written; and docker-compose.yml as Compose reads it.</summary>
public sealed partial class ContainerTests(ITestOutputHelper output)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string Dockerfile => Path.Combine(Checkout.Root, "infra", "docker", "Dockerfile");

    [Fact]
    public async Task What_the_image_holds_serves_as_an_unprivileged_user_on_a_read_only_root()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && (await RunAsync("unshare", "-m", "true")).ExitCode == 0, "Needs root on Linux, to mount: sudo dotnet test.");
        var stage = (await File.ReadAllLinesAsync(Dockerfile, Stop)).AsEnumerable().Reverse().TakeWhile(l => !l.StartsWith("FROM", StringComparison.Ordinal)).ToList();
        Assert.Contains("USER 1654", stage);
        Assert.DoesNotContain(stage, l => l.StartsWith("RUN", StringComparison.Ordinal));
        var entry = Regex.Matches(stage.Single(l => l.StartsWith("ENTRYPOINT", StringComparison.Ordinal)), "\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToList();
        var root = Directory.CreateTempSubdirectory("aw-image").FullName;
        foreach (var line in stage.Where(l => l.StartsWith("COPY", StringComparison.Ordinal)))
        {
            var (source, target) = (Copied().Match(line).Groups[1].Value, Copied().Match(line).Groups[2].Value);
            // What the build stage would have published is what lies beside this test.
            if (source == "/app") Assert.Equal(0, (await RunAsync("cp", "-r", AppContext.BaseDirectory, root + target)).ExitCode);
            else Directory.CreateDirectory(root + target);
        }

        Assert.Equal(0, (await RunAsync("chmod", "755", root)).ExitCode);
        var (data, temporary) = (Path.Combine(root, "data"), Path.Combine(root, "tmp"));
        foreach (var folder in new[] { data, temporary })
        {
            Directory.CreateDirectory(folder);
            Assert.Equal(0, (await RunAsync("chown", "65532:65532", folder)).ExitCode);
        }

        // Everything is read-only but the two folders that compose and Kubernetes give it.
        var port = FreePort();
        var script = $"""
            set -e
            mount --bind {root} {root} && mount --bind {data} {data} && mount --bind {temporary} {temporary}
            mount -o remount,bind,ro / && mount -o remount,bind,ro {root}
            exec setpriv --reuid 65532 --regid 65532 --clear-groups --bounding-set=-all --no-new-privs env -i PATH="$PATH" DOTNET_ROOT="$DOTNET_ROOT" HOME=/ DOTNET_EnableDiagnostics=0 TMPDIR={temporary} {entry[0]} {root}{entry[1]} serve --data {data} --listen http://127.0.0.1:{port}
            """;
        using var server = Process.Start(new ProcessStartInfo("unshare", ["-m", "--propagation", "private", "bash", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = server.StandardError.ReadToEndAsync(Stop);
        try
        {
            var doctor = (ExitCode: -1, Output: "", Error: "");
            for (var watch = Stopwatch.StartNew(); doctor.ExitCode != 0 && !server.HasExited && watch.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(200, Stop))
                doctor = await AuditWatchAsync("doctor", "server", "--server", $"http://127.0.0.1:{port}", "--format", "ndjson");
            Assert.True(doctor.ExitCode == 0, server.HasExited ? await said : doctor.Error);
            Assert.Contains("{\"check\":\"journal\",\"state\":\"ok\"}", doctor.Output, StringComparison.Ordinal);
            using var http = new HttpClient();
            using var body = new ByteArrayContent(AuditLine.Utf8(AuditLine.Of("in-a-container")));
            using var answer = await http.PostAsync($"http://127.0.0.1:{port}/ingest/v1/clusters/prod", body, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var status = await File.ReadAllTextAsync($"/proc/{server.Id}/status", Stop);
            Assert.Matches(@"Uid:\s+65532\s+65532", status);
            Assert.Matches(@"CapEff:\s+0{16}", status);
        }
        finally
        {
            if (!server.HasExited) await RunAsync("kill", server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        await server.WaitForExitAsync(Stop);
        Assert.Equal(0, server.ExitCode);
        Assert.Equal(4, (await AuditWatchAsync("doctor", "server", "--server", $"http://127.0.0.1:{port}")).ExitCode);
        output.WriteLine(await said);
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("tls")]
    [InlineData("scale")]
    public async Task Compose_accepts_every_profile(string profile)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/docker-compose"), "Needs docker-compose: apt-get install docker-compose.");
        var read = await RunAsync("env", $"COMPOSE_PROFILES={profile}", "docker-compose", "-f", Path.Combine(Checkout.Root, "docker-compose.yml"), "config");
        Assert.True(read.ExitCode == 0, read.Error);
        // Which services it starts is said by each of them; Debian's Compose prints all.
        Assert.Contains($"profiles:\n    - {profile}\n", read.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(read.Error.Split('\n'), l => l.Contains("WARN", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("infra/docker/scale.yaml")]
    [InlineData("infra/kubernetes/overlays/embedded/config.yaml")]
    [InlineData("infra/kubernetes/overlays/scale-out/config.yaml")]
    public async Task The_configurations_beside_them_are_understood(string file)
    {
        var folder = Directory.CreateTempSubdirectory("aw-config").FullName;
        var text = SecretFile().Replace(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, file), Stop), found =>
        {
            var secret = Path.Combine(folder, Path.GetFileName(found.Value));
            File.WriteAllBytes(secret, new byte[32]);
            return secret;
        });
        var config = Path.Combine(folder, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, text, Stop);
        var shown = await AuditWatchAsync("config", "show", "--config", config);
        Assert.True(shown.ExitCode == 0, shown.Error);
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static async Task<(int ExitCode, string Output, string Error)> AuditWatchAsync(params string[] arguments)
    {
        var ran = await AuditWatchCommand.RunAsync(arguments);
        return (ran.ExitCode, ran.Output, ran.Error);
    }

    static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await said, await error);
    }

    [GeneratedRegex(@"^COPY(?: --\S+)* (\S+) (\S+)$")]
    private static partial Regex Copied();

    [GeneratedRegex("/(run/secrets|etc/auditwatch)/[A-Za-z0-9./_-]+")]
    private static partial Regex SecretFile();
}
