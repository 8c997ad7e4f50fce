using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class Requests
{
    const string Exec = Lab.Exec;

    [Fact]
    public void One_request_is_one_alert_whichever_stages_come_and_in_whichever_order()
    {
        var stages = Histories.ExecInStages();
        string? expected = null;
        foreach (var order in Orders(stages))
        {
            var alert = Assert.Single(new Lab().Run(order).Of(Exec));
            var text = System.Text.Encoding.UTF8.GetString(AlertJson.ToUtf8(alert with { Evidence = [] })) + alert.Evidence.Count;
            Assert.Equal(expected ??= text, text);
        }
    }

    [Fact]
    public void An_alert_is_raised_at_the_first_true_stage_and_its_outcome_follows_the_latest_one()
    {
        var stages = Histories.ExecInStages();
        var early = Assert.Single(new Lab().Run(stages[0], stages[1]).Of(Exec));
        Assert.Equal("success", early.Outcome);
        // The session ends hours later, with another code and on a stage that the rule need not hold on.
        var late = Assert.Single(new Lab().Run(stages[0], stages[1], stages[2] with { At = 7200, Code = 500 }).Of(Exec));
        Assert.Equal(early.AlertId, late.AlertId);
        Assert.Equal(early.TimeMicros, late.TimeMicros);
        Assert.Equal("failure", late.Outcome);
    }

    [Fact]
    public void An_auditID_that_is_used_again_is_another_request() =>
        Assert.Equal(2, new Lab().Run(An.Exec(0), An.Exec(5)).Of(Exec).Count);

    [Fact]
    public void The_same_event_twice_is_the_same_evidence_once() =>
        Assert.Single(Assert.Single(new Lab().Run(An.Exec(0), An.Exec(0)).Of(Exec)).Evidence);

    [Fact]
    public void An_audit_id_of_any_length_gives_the_id_of_its_own_request()
    {
        var lengthy = new string('x', 64);
        var alert = Assert.Single(new Lab().Run(Histories.FreshPrivilege().Select(e => e with { Id = lengthy + e.Id }).ToArray()).Of("fresh-privilege-creates-workload"));
        Assert.Equal(lengthy + "look2", alert.AuditIds[1]);
    }

    static IEnumerable<An[]> Orders(An[] s) =>
        [[s[0], s[1], s[2]], [s[0], s[2], s[1]], [s[1], s[0], s[2]], [s[1], s[2], s[0]], [s[2], s[0], s[1]], [s[2], s[1], s[0]]];
}
