using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Events.Falco;

namespace AuditWatch.Detection.Runtime;

/// <summary>What Falco saw, where, and which process did it.</summary>
public static class FalcoSentence
{
    /// <summary>For instance <c>Falco saw "Terminal shell in container" in Pod prod/web-1, container nginx: bash -i (as root)</c>.</summary>
    public static string Of(FalcoAlert alert)
    {
        var text = new StringBuilder(200);
        text.Append("Falco saw \"").Append(SafeText.Of(alert.Rule)).Append('"');
        if (alert.Pod is { } pod) text.Append(" in Pod ").Append(alert.Namespace is { } ns ? SafeText.Of(ns) + "/" : "").Append(SafeText.Of(pod));
        else if (alert.Hostname is { } host) text.Append(" on node ").Append(SafeText.Of(host));
        if (alert.Container is { } container) text.Append(", container ").Append(SafeText.Of(container));
        if ((alert.Field("proc.cmdline") ?? alert.Field("proc.name")) is { } process) text.Append(": ").Append(SafeText.Of(process));
        if (alert.Field("user.name") is { } user) text.Append(" (as ").Append(SafeText.Of(user)).Append(')');
        return text.ToString();
    }
}
