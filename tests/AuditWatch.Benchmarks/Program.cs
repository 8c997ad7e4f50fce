using AuditWatch.Benchmarks.EndToEnd;
using AuditWatch.Benchmarks.EndToEnd.Ingest;
using AuditWatch.Benchmarks.Scale;
using BenchmarkDotNet.Running;

// Parts are measured by BenchmarkDotNet; the whole road by runners of its own, each in one run beside what it is compared with.
return args switch
{
    ["scan-race", .. var rest] => ScanRace.Run(rest),
    ["serve-load", .. var rest] => await ServeLoad.RunAsync(rest),
    ["ready-after-kill", .. var rest] => await ReadyAfterKill.RunAsync(rest),
    ["bulk-race", .. var rest] => await BulkRace.RunAsync(rest),
    ["bulk-costs", .. var rest] => await BulkCosts.RunAsync(rest),
    ["state-costs", .. var rest] => await StateCosts.RunAsync(rest),
    ["webhook-load", .. var rest] => await WebhookLoad.RunAsync(rest),
    ["scale-kills", .. var rest] => await ScaleKills.RunAsync(rest),
    ["scale-rate", .. var rest] => await ScaleRate.RunAsync(rest),
    ["ingest-race", .. var rest] => await IngestRace.RunAsync(rest),
    ["ingest-parts", .. var rest] => await IngestParts.RunAsync(rest),
    ["ingest-receiver", .. var rest] => await IngestReceiver.RunAsync(rest),
    ["receiver", .. var rest] => await ReferenceReceiver.RunAsync(rest),
    ["rule-costs", .. var rest] => RuleCosts.Run(rest),
    ["rule-scale", .. var rest] => RuleScale.Run(rest),
    ["counted-scale", .. var rest] => CountedScale.Run(rest),
    ["reasoning-scale", .. var rest] => ReasoningScale.Run(rest),
    _ => Parts(args),
};

static int Parts(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}
