using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Xunit;

namespace AuditWatch.Architecture;

/// <summary>The templates for Azure compile without a warning, and give no more rights than they say.</summary>
public sealed class BicepTests
{
    [Fact]
    public async Task The_template_for_AKS_compiles_and_gives_the_reader_only_the_right_to_receive()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "The Bicep compiler of the tests is for Linux on x64.");
        var bicep = typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bicep").Value!;
        // Packages are unpacked without the right to run.
        var program = Path.Combine(Directory.CreateTempSubdirectory("aw-bicep").FullName, "bicep");
        File.Copy(bicep, program);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Process.Start(new ProcessStartInfo(program, ["build", Path.Combine(Repository.Root, "infra", "azure", "aks-audit.bicep"), "--stdout"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var warnings = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var template = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await warnings);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);

        var resources = JsonElement.Parse(template).GetProperty("resources").EnumerateArray().ToList();
        var role = resources.Single(r => r.GetProperty("type").GetString() == "Microsoft.Authorization/roleAssignments");
        Assert.Contains("Microsoft.EventHub/namespaces/", role.GetProperty("scope").GetString(), StringComparison.Ordinal);
        Assert.Contains("a638d3c7-ab3a-418d-83e6-5f17a39d4fde", template, StringComparison.Ordinal);
        var listen = resources.Single(r => r.GetProperty("type").GetString() == "Microsoft.EventHub/namespaces/eventhubs/authorizationRules");
        Assert.Equal("Listen", Assert.Single(listen.GetProperty("properties").GetProperty("rights").EnumerateArray()).GetString());
    }
}
