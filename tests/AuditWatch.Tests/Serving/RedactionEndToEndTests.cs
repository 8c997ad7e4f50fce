using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Tests.Redaction;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Hundreds of planted secrets through the whole program: nothing of any of them is in what it wrote, said or answers.</summary>
public sealed class RedactionEndToEndTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Of_hundreds_of_secrets_nothing_is_left_in_any_file_log_or_answer()
    {
        var folder = Directory.CreateTempSubdirectory("aw-secrets").FullName;
        var temporary = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
        await using var server = new ServerProcess(Path.Combine(folder, "data"), "http", [("TMPDIR", temporary)]);
        await server.StartAsync();
        var secrets = new List<PlantedSecret>();
        string Plant(Func<PlantedSecret, string> path)
        {
            secrets.Add(PlantedSecret.Make(new Random(secrets.Count), awkward: secrets.Count % 2 == 1));
            return path(secrets[^1]);
        }

        // As the API server posts them, as AKS wraps them, cut off in the middle (quarantine), and loose after something else (quarantine).
        foreach (var paths in SecretPaths.All.Values.Chunk(20))
        {
            await PostAsync(server, Recorded.Body(paths.Select(p => Encoding.UTF8.GetBytes(Plant(p)))));
            await PostAsync(server, AksRecords.Body(paths.Select(Plant)));
            foreach (var path in paths)
            {
                var torn = Encoding.UTF8.GetBytes(Plant(path));
                await PostAsync(server, torn[..(torn.Length * 9 / 10)]);
            }
            await PostAsync(server, Recorded.Body(paths.Take(3).Select(p => Encoding.UTF8.GetBytes($$"""{"note":{{JsonSerializer.Serialize(Plant(p))}} }"""))));
        }
        var credential = PlantedSecret.Make(new Random(-1));
        secrets.Add(credential);
        using (var asked = new HttpRequestMessage(HttpMethod.Get, "/api/v1/alerts") { Headers = { Authorization = new("Bearer", credential.Text) } })
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(asked, TestContext.Current.CancellationToken)).StatusCode);
        await server.SettleAsync();

        var said = new List<(string Where, string Text)>();
        foreach (var collection in new[] { "events", "alerts", "quarantine" })
        {
            foreach (var item in await server.ListAsync(collection))
            {
                said.Add((collection, item.GetRawText()));
                var id = item.GetProperty(collection switch { "events" => "event_id", "alerts" => "alert_id", _ => "id" }).GetString();
                said.Add(($"{collection} show", await server.Http.GetStringAsync($"/api/v1/{collection}/{id}", TestContext.Current.CancellationToken)));
            }
        }
        Assert.Contains(said, s => s.Where == "events show" && s.Text.Contains("[redacted:", StringComparison.Ordinal));
        Assert.Contains(said, s => s.Where == "quarantine show");
        Assert.Equal(0, await server.TerminateAsync());
        foreach (var kind in new[] { "audit", "quarantine" })
            said.Add(($"journal export {kind}", (await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--kind", kind)).Output));
        said.Add(("sql", (await AuditWatchCommand.RunAsync("sql", "select * from events", "--data", server.Data, "--limit", "0")).Output));
        said.Add(("log", server.Error));
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories)) said.Add((file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))));

        Assert.InRange(secrets.Count, 200, int.MaxValue);
        var pieces = new HashSet<string>(secrets.SelectMany(s => s.Pieces()).SelectMany(p => new[] { p, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(p)) }), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (where, text) in said)
            for (var i = 0; i + PlantedSecret.PieceLength <= text.Length; i++)
                Assert.False(pieces.Contains(text.AsSpan(i, PlantedSecret.PieceLength)), $"{where} holds a piece of a secret: {text.AsSpan(Math.Max(0, i - 200), Math.Min(400, text.Length - Math.Max(0, i - 200)))}");
        output.WriteLine($"{secrets.Count} secrets, {said.Count} texts and files, {said.Sum(s => (long)s.Text.Length)} characters searched");
    }

    static async Task PostAsync(ServerProcess server, byte[] body)
    {
        using var answer = await server.PostAsync("prod", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
