using AuditWatch.Ingest.Tests.Journal;

namespace AuditWatch.Ingest.Tests;

/// <summary>The test executable; or, when a test that kills processes starts it again, the process to be killed.</summary>
internal static class Program
{
    static async Task<int> Main(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(KillTests.Child) is { } journal)
        {
            await KillTests.AppendForever(journal);
            return 0;
        }
        return arguments.Any(a => a is "--server" or "--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
    }
}
