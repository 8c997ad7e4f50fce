using System.Diagnostics;
using System.Globalization;

namespace AuditWatch.Tests.Running;

/// <summary>Signals to a process that a test has started.</summary>
internal static class Signals
{
    public static async Task SendAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", ["-" + signal, pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
