using System.Text;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Alerts;

/// <summary>Who did what, to what, from where, with what: one sentence for the person who is woken by it.</summary>
public static class Sentence
{
    /// <summary>For instance <c>alice opened a shell in Pod prod/web-1 from 10.2.3.4 with kubectl</c>.</summary>
    public static string Of(EventFacts e)
    {
        if (e.Told is { } told) return told;
        var text = new StringBuilder(160);
        text.Append(e.User is { Length: > 0 } user ? SafeText.Of(user) : "An unauthenticated client");
        if (e.Impersonated && e.EffectiveUser is { } other) text.Append(" acting as ").Append(SafeText.Of(other));
        var deed = Deed.Of(e);
        // A refused request changed nothing; until a code was seen the sentence says what was asked for.
        text.Append(e.Outcome is Outcome.Success ? $" {deed.Done} " : e.Outcome is Outcome.Denied ? $" was refused to {deed.Asked} " : e.Outcome is Outcome.Failure ? $" failed to {deed.Asked} " : $" asked to {deed.Asked} ");
        text.Append(deed.Target);
        if (e.ClientIp is { } ip) text.Append(" from ").Append(SafeText.Of(ip));
        if (e.AgentProduct is { Length: > 0 } agent) text.Append(" with ").Append(SafeText.Of(agent));
        return text.ToString();
    }
}
