using System.Globalization;

namespace AuditWatch.Detection.Counting;

static class Numbers
{
    /// <summary>The number that a value says; NaN when it says none.</summary>
    public static double Parse(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}
