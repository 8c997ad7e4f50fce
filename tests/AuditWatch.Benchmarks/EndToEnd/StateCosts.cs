using System.Diagnostics;
using System.Globalization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// What a commit of detection costs on SQLite and on a PostgreSQL of this machine that syncs to the disk, by how many changes and alerts it holds. The two take turns, and
/// every figure is the median of its turns.
/// </summary>
internal static class StateCosts
{
    static readonly (int Changes, int Alerts)[] s_batches = [(0, 0), (10, 0), (100, 1), (1_000, 1), (1_000, 10), (10_000, 10)];

    /// <summary>Arguments: [TURNS].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var turns = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 15;
        var folder = Directory.CreateTempSubdirectory("aw-state-costs").FullName;
        await using var server = await PostgresServer.StartAsync();
        await server.MakeDatabaseAsync("costs");
        var place = new PostgresPlace { Host = "127.0.0.1", Port = server.Port, Database = "costs", Username = "costs", Password = () => PostgresServer.Password, Tls = false };
        await using (var sqlite = await StateStore.OpenEmbeddedAsync(folder, TimeProvider.System))
        await using (var postgres = await StateStore.OpenPostgresAsync(place, TimeProvider.System))
        {
            Console.WriteLine("| changes | alerts | SQLite ms | PostgreSQL ms | ratio |\n|---:|---:|---:|---:|---:|");
            foreach (var (changes, alerts) in s_batches)
            {
                var (first, second) = (new List<double>(), new List<double>());
                for (var turn = 0; turn < turns; turn++)
                {
                    var commit = Commit(turn, changes, alerts);
                    first.Add(await TimeAsync(sqlite, commit));
                    second.Add(await TimeAsync(postgres, commit));
                }

                var (a, b) = (Median(first), Median(second));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {changes} | {alerts} | {a:F1} | {b:F1} | {b / a:F1} |"));
            }
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    static async Task<double> TimeAsync(StateStore state, DetectionCommit commit)
    {
        var watch = Stopwatch.StartNew();
        await state.CommitAsync(commit, CancellationToken.None);
        return watch.Elapsed.TotalMilliseconds;
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // Half of a batch's keys are those of the batch before: what is in reach is written again.
    static DetectionCommit Commit(int turn, int changes, int alerts) => new("detect", new EventPosition(0, 1, turn),
        [.. Enumerable.Range(turn * changes / 2, changes).Select(key => new StateChange("prod", "sighting", string.Create(CultureInfo.InvariantCulture, $"actor/{key:x16}"), new byte[200], key))],
        [.. Enumerable.Range(0, alerts).Select(number => AlertOf((turn * 1000) + number))]);

    static Alert AlertOf(int number) => new()
    {
        AlertId = number.ToString("x32", CultureInfo.InvariantCulture), TimeMicros = 1_767_096_000_000_000 + number, Cluster = "prod", Level = "high",
        Rule = new AlertRule("0f5d7a51-5a3c-4b38-9c7e-6c7f4d1d2a10", "secret-read", "Secret read", "r1", [], ["credential-access"]), Sentence = "alice read Secret prod/db from 10.2.3.4 with curl",
        Actor = new AlertActor("alice", [], null, false, null, "10.2.3.4", "curl"), Verb = "get", Object = new AlertObject("", "secrets", null, "prod", "db"), Outcome = "success",
        AuditIds = ["a"], Count = 1, Evidence = [EvidencePosition.Journal(0, 1, number)], Matched = [],
    };
}
