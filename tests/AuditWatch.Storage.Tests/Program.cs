using AuditWatch.Storage.Tests.Index;
using AuditWatch.Storage.Tests.State;

namespace AuditWatch.Storage.Tests;

/// <summary>Runs the tests; or, when a crash test starts this program as its victim, writes until it is killed.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["write-state-until-killed", var folder]:
                await StateCrashTests.WriteUntilKilledAsync(folder);
                return 0;
            case ["commit-until-overtaken", .. var place]:
                await ReaderTakeOverTests.CommitUntilOvertakenAsync(place);
                return 0;
            case ["index-until-killed", var folder]:
                await DuckDbCrashTests.IndexUntilKilledAsync(folder);
                return 0;
            case ["hold-index", var folder]:
                await DuckDbEventIndexTests.HoldAsync(folder);
                return 0;
        }

        if (args.Any(arg => arg is "--server" or "--internal-msbuild-node"))
            return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
