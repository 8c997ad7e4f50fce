using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace AuditWatch.Benchmarks.Scanning;

/// <summary>Short runs without a build of their own: these benchmarks are read as ratios, and a build of the whole solution for each would take longer than they do.</summary>
sealed class InThisProcess : ManualConfig
{
    public InThisProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
}
