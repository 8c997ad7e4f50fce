using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AuditWatch.Events.Redaction;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Compares an event with its cleaned copy.</summary>
internal static partial class Shape
{
    /// <summary>Equal but for strings that hold a mark now (and scalars that became one).</summary>
    public static void AssertSameBut(JsonElement before, JsonElement after)
    {
        if (after.ValueKind == JsonValueKind.String && Redactor.ContainsMark(Encoding.UTF8.GetBytes(after.GetString()!))) return;
        Assert.Equal(before.ValueKind, after.ValueKind);
        switch (before.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(before.EnumerateObject().Select(static p => p.Name), after.EnumerateObject().Select(static p => p.Name));
                foreach (var (one, other) in before.EnumerateObject().Zip(after.EnumerateObject())) AssertSameBut(one.Value, other.Value);
                break;
            case JsonValueKind.Array:
                Assert.Equal(before.GetArrayLength(), after.GetArrayLength());
                foreach (var (one, other) in before.EnumerateArray().Zip(after.EnumerateArray())) AssertSameBut(one, other);
                break;
            default:
                Assert.Equal(before.GetRawText(), after.GetRawText());
                break;
        }
    }

    /// <summary>What stands between the marks stands in the original, in the same order, and nothing was added.</summary>
    public static void AssertIsCutOut(string before, string cleaned)
    {
        var at = 0;
        foreach (var part in Mark().Split(cleaned))
        {
            var found = before.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0 && part.Length > 2) found = before.IndexOf(part.Trim('"', '\\'), at, StringComparison.Ordinal);   // a number became a string
            Assert.True(found >= 0, $"not in the original, or not in this order: {part}");
            at = found + part.Length;
        }
    }

    [GeneratedRegex(@"\[redacted(?::[0-9a-f]{16})?\]")]
    private static partial Regex Mark();
}
