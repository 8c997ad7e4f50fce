using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Tests.Running;

/// <summary>A real kube-apiserver of the kit, on a folder of its own.</summary>
internal sealed class KubeApiServer(string folder, int port) : IAsyncDisposable
{
    public string Folder => folder;

    public string Pki => Path.Combine(folder, "pki");

    public string MetricsUrl => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}/metrics");

    /// <summary>Starts it; returns when it is ready.</summary>
    public Task StartAsync(params string[] more) =>
        RunAsync("start", ["--data", folder, "--port", port.ToString(CultureInfo.InvariantCulture), "--bin", Path.Combine(Path.GetTempPath(), "auditwatch-kit-bin"), .. more]);

    public Task StopAsync() => RunAsync("stop", "--data", folder);

    public async ValueTask DisposeAsync()
    {
        if (Kit.Folder is null || !Directory.Exists(folder)) return;
        // Whoever it posts its events to is gone by now: an ordered stop would go on trying for up to half a minute.
        foreach (var name in (string[])["kube-apiserver", "etcd"]) await KillAsync(name);
        await StopAsync();
    }

    async Task KillAsync(string name)
    {
        var file = Path.Combine(folder, name + ".pid");
        if (!File.Exists(file) || !int.TryParse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture, out var pid)) return;
        try
        {
            using var process = Process.GetProcessById(pid);
            if (!name.StartsWith(process.ProcessName, StringComparison.Ordinal)) return;
            process.Kill();
            await process.WaitForExitAsync();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }

    /// <summary>Forty-five requests: Secrets made and read, Pods listed.</summary>
    public async Task UseAsync(int round)
    {
        var api = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}/api/v1/namespaces/default/");
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "admin-token");
        for (var i = 0; i < 15; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"s-{round}-{i}");
            var secret = $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"{{name}}"},"stringData":{"password":"FAKE-{{name}}-value"} }""";
            using var body = new StringContent(secret, Encoding.UTF8, "application/json");
            (await http.PostAsync(api + "secrets", body, TestContext.Current.CancellationToken)).Dispose();
            (await http.GetAsync(api + "secrets/" + name, TestContext.Current.CancellationToken)).Dispose();
            (await http.GetAsync(api + "pods?limit=5", TestContext.Current.CancellationToken)).Dispose();
        }
    }

    static async Task RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Kit.Folder!, "kubernetes", script)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 || script == "stop", $"kubernetes/{script} ended with {process.ExitCode}.");
    }
}
