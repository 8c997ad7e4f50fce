// Coverage-guided fuzzing of what reads hostile bytes first. Each target throws when an answer is wrong.
//
//   dotnet publish tests/AuditWatch.Fuzz -c Release -o fuzz
//   sharpfuzz fuzz/AuditWatch.Events.dll                  (dotnet tool install --global SharpFuzz.CommandLine)
//   libfuzzer-dotnet --target_path=dotnet --target_arg="fuzz/AuditWatch.Fuzz.dll scanner" corpus/
//
// With files behind the target's name those are run once each, instrumented or not: to see a finding again.
using AuditWatch.Fuzz;
using SharpFuzz;

Action<byte[]>? target = args.FirstOrDefault() switch
{
    "scanner" => ScannerTarget.Run,
    "framer" => FramerTarget.Run,
    _ => null,
};
if (target is null)
{
    Console.Error.WriteLine("usage: AuditWatch.Fuzz scanner|framer [FILE…]");
    return 2;
}
foreach (var file in args.Skip(1))
    target(File.ReadAllBytes(file));
if (args.Length == 1)
    Fuzzer.LibFuzzer.Run(bytes => target(bytes.ToArray()));
return 0;
