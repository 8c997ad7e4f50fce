using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Deploying;

/// <summary>The manifests of infra/kubernetes, applied to a real API server as its README says.</summary>
public sealed class ManifestTests(ManifestTests.Cluster cluster) : IClassFixture<ManifestTests.Cluster>
{
    static string Manifests => Path.Combine(Checkout.Root, "infra", "kubernetes");

    /// <summary>One API server for all overlays.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        readonly KubeApiServer _server = new(Directory.CreateTempSubdirectory("aw-manifests").FullName, 20012 + (Environment.ProcessId % 20000));

        public async ValueTask InitializeAsync()
        {
            if (Kit.Folder is null) return;
            await _server.StartAsync();
            var made = await KubectlAsync("", "apply", "-f", Path.Combine(Manifests, "namespace.yaml"));
            Assert.True(made.ExitCode == 0, made.Error);
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        internal async Task<(int ExitCode, string Output, string Error)> KubectlAsync(string input, params string[] arguments)
        {
            var start = new ProcessStartInfo(Path.Combine(Path.GetTempPath(), "auditwatch-kit-bin", "kubectl"), [$"--kubeconfig={_server.Folder}/admin.kubeconfig", .. arguments])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output, await error);
        }
    }

    public static TheoryData<string> Overlays => [.. Directory.GetDirectories(Path.Combine(Manifests, "overlays")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_overlay_is_applied_without_a_warning_and_every_pod_of_its_templates_is_accepted(string overlay)
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var applied = await cluster.KubectlAsync("", "apply", "-k", Path.Combine(Manifests, "overlays", overlay), "-o", "json");
        Assert.True(applied.ExitCode == 0, applied.Error);
        Assert.Equal("", applied.Error);
        var items = JsonElement.Parse(applied.Output).GetProperty("items").EnumerateArray().ToList();
        Assert.Contains(items, i => i.GetProperty("kind").GetString() == "NetworkPolicy");
        var workloads = items.Where(i => i.TryGetProperty("spec", out var spec) && spec.TryGetProperty("template", out _)).ToList();
        Assert.NotEmpty(workloads);
        foreach (var workload in workloads)
        {
            var (name, template) = (workload.GetProperty("metadata").GetProperty("name").GetString(), workload.GetProperty("spec").GetProperty("template"));
            var made = await PodAsync($"of-{name}", PodOf(workload.GetProperty("spec")));
            Assert.True(made.ExitCode == 0, $"{name}: {made.Error}");
            Assert.Equal("", made.Error);
            foreach (var container in template.GetProperty("spec").GetProperty("containers").EnumerateArray())
            {
                Assert.True(container.GetProperty("securityContext").GetProperty("readOnlyRootFilesystem").GetBoolean(), name);
                Assert.All(new[] { "readinessProbe", "livenessProbe" }, probe => Assert.True(container.TryGetProperty(probe, out _), $"{name} has no {probe}"));
                Assert.True(container.GetProperty("resources").GetProperty("limits").TryGetProperty("memory", out _), name);
            }

            Assert.Contains(items, i => i.GetProperty("kind").GetString() == "PodDisruptionBudget"
                && JsonElement.DeepEquals(i.GetProperty("spec").GetProperty("selector").GetProperty("matchLabels"), workload.GetProperty("spec").GetProperty("selector").GetProperty("matchLabels")));
        }
    }

    [Fact]
    public async Task The_namespace_refuses_a_pod_that_is_less_strict()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var refused = await PodAsync("careless", """{"containers":[{"name":"a","image":"a"}]}""");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("restricted", refused.Error, StringComparison.Ordinal);
    }

    // As the controller makes it: each claim of a StatefulSet is a volume of its pods.
    static string PodOf(JsonElement workload)
    {
        var pod = JsonNode.Parse(workload.GetProperty("template").GetProperty("spec").GetRawText())!.AsObject();
        if (!workload.TryGetProperty("volumeClaimTemplates", out var claims)) return pod.ToJsonString();
        foreach (var name in claims.EnumerateArray().Select(c => c.GetProperty("metadata").GetProperty("name").GetString()!))
            pod["volumes"]!.AsArray().Add(new JsonObject { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{name}-0" } });
        return pod.ToJsonString();
    }

    Task<(int ExitCode, string Output, string Error)> PodAsync(string name, string spec) =>
        cluster.KubectlAsync($$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","namespace":"auditwatch"},"spec":{{spec}}}""", "create", "-f", "-", "--dry-run=server", "-o", "name");
}
