using System.Text;
using AuditWatch.Detection.Alerts;
using CsCheck;

namespace AuditWatch.Detection.Tests.Alerts;

public sealed class AlertText
{
    [Fact]
    public void An_alert_is_written_key_by_key_as_the_contract_says()
    {
        var lab = new Lab().Run(An.Exec(0));
        var json = Encoding.UTF8.GetString(AlertJson.ToUtf8(Assert.Single(lab.Of(Lab.Exec))));
        Assert.StartsWith("{\"alert_id\":\"", json, StringComparison.Ordinal);
        Assert.Contains("\"time\":\"2026-11-25T12:00:00.000000Z\",\"cluster\":\"lab\",\"level\":\"", json, StringComparison.Ordinal);
        Assert.Contains("\"sentence\":\"alice opened a shell in Pod prod/web-1 from 10.2.3.4 with kubectl\",\"actor\":{\"user\":\"alice\",\"groups\":[\"developers\",\"system:authenticated\"],\"effective_user\":\"alice\",\"impersonated\":false,\"credential_id\":null,\"client_ip\":\"10.2.3.4\",\"user_agent\":\"kubectl/v1.31.0 (linux/amd64)\"},\"verb\":\"create\",\"object\":{\"api_group\":\"\",\"resource\":\"pods\",\"subresource\":\"exec\",\"namespace\":\"prod\",\"name\":\"web-1\"},\"outcome\":\"success\",\"audit_ids\":[\"exec-1\"],\"count\":1,\"evidence\":[{\"segment\":0,\"frame\":0,\"index\":0}],\"matched\":[{\"selection\":\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("group_by", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_written_reads_back_as_the_same_bytes()
    {
        var lab = new Lab().Run(Histories.Everything());
        Assert.NotEmpty(lab.Of("stolen-token-reads-secrets"));
        foreach (var alert in lab.Alerts)
        {
            var once = AlertJson.ToUtf8(alert);
            Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(AlertJson.ToUtf8(AlertJson.Parse(once))));
        }
    }

    [Fact]
    public void Names_that_try_to_forge_the_sentence_stay_one_harmless_line() =>
        Gen.String.Sample(text =>
        {
            var alert = new Lab().Run(An.Exec(0) with { User = "u" + text, Agent = text, Name = text + "x" }).Alerts;
            Assert.All(alert, a =>
            {
                Assert.DoesNotContain(a.Sentence, char.IsControl);
                Assert.DoesNotContain('\u202e', a.Sentence);
                Assert.True(a.Sentence.Length < 800);
            });
        }, iter: 60, seed: "0000Rl1TB10a");

    [Theory]
    [InlineData(200, "alice read Secret prod/db-credentials")]
    [InlineData(403, "alice was refused to read Secret prod/db-credentials")]
    [InlineData(500, "alice failed to read Secret prod/db-credentials")]
    public void The_sentence_says_whether_it_was_done(int code, string beginning)
    {
        var facts = Histories.Facts(new An { Code = code });
        Assert.StartsWith(beginning, Sentence.Of(facts), StringComparison.Ordinal);
    }
}
