using AuditWatch.Detection.Alerts;

namespace AuditWatch.Scenarios;

public sealed class ChainsOnRecordedTraffic
{
    [Theory]
    [InlineData("requestresponse", "A09 I1 I2")]
    [InlineData("production", "A09 I1 I2")]
    [InlineData("metadata", "A09 I1 I2")]
    public void A_stolen_token_that_reads_secrets_is_found_and_no_robot_is_taken_for_a_thief(string run, string expected) =>
        Assert.Equal(expected, Found(run, "stolen-token-reads-secrets"));

    [Theory]
    [InlineData("requestresponse", "I1")]
    [InlineData("production", "I1")]
    [InlineData("metadata", "")]
    public void Rights_that_are_put_to_use_at_once_are_found_where_bodies_say_who_got_them(string run, string expected) =>
        Assert.Equal(expected, Found(run, "fresh-privilege-creates-workload"));

    [Fact]
    public void Where_no_bodies_are_logged_the_silence_about_bindings_is_known_to_be_blindness()
    {
        var recording = Recording.Of("metadata");
        var (engine, _) = Replay.Run(recording.Events);
        var binding = Assert.Single(engine.Statistics.Read(), f => f.RuleName == "privileged-binding");
        Assert.Equal(0, binding.Matches);
        Assert.True(binding.Unknown.GetValueOrDefault("level_too_low") >= 9);
    }

    static string Found(string run, string chain)
    {
        var recording = Recording.Of(run);
        var (_, alerts) = Replay.Run(recording.Events);
        foreach (var alert in alerts.Where(a => a.Rule.Name == chain)) TestContext.Current.TestOutputHelper?.WriteLine(System.Text.Encoding.UTF8.GetString(AlertJson.ToUtf8(alert)));
        return string.Join(' ', alerts.Where(a => a.Rule.Name == chain).SelectMany(a => Deciding(recording, a)).Order(StringComparer.Ordinal));
    }

    // The attack that the deciding event belongs to; a benign one shows as such.
    static IReadOnlyList<string> Deciding(Recording recording, Alert alert)
    {
        var attacks = alert.AuditIds.SelectMany(recording.AttacksOf).Distinct().ToList();
        return attacks.Count == 0 ? ["benign:" + alert.AuditIds[0]] : attacks;
    }
}
