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

    /// <summary>Token by token the same bytes, white space and order included; in a string with marks, what stands between them stands in the original in the same order.</summary>
    public static void AssertIsCutOut(string before, string cleaned)
    {
        byte[] one = Encoding.UTF8.GetBytes(before), other = Encoding.UTF8.GetBytes(cleaned);
        Utf8JsonReader left = new(one), right = new(other);
        int leftEnd = 0, rightEnd = 0;
        while (left.Read())
        {
            // A body that was broken or a nested value never becomes less than one token: a scalar or a whole container.
            Assert.True(right.Read());
            Assert.True(one.AsSpan(leftEnd, (int)left.TokenStartIndex - leftEnd).SequenceEqual(other.AsSpan(rightEnd, (int)right.TokenStartIndex - rightEnd)));
            var isMark = right.TokenType == JsonTokenType.String && Redactor.IsMark(right.ValueSpan);
            if (!isMark)
            {
                Assert.Equal(left.TokenType, right.TokenType);
                AssertParts(Encoding.UTF8.GetString(left.ValueSpan), Encoding.UTF8.GetString(right.ValueSpan));
            }
            (leftEnd, rightEnd) = ((int)left.BytesConsumed, (int)right.BytesConsumed);
        }
        Assert.False(right.Read());
    }

    static void AssertParts(string before, string cleaned)
    {
        var at = 0;
        foreach (var part in Mark().Split(cleaned))
        {
            var found = before.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) found = before.IndexOf(part.Trim('"', '\\'), at, StringComparison.Ordinal);   // a number within became a string
            Assert.True(found >= 0, $"not in the original, or not in this order: {part}");
            at = found + part.Trim('"', '\\').Length;
        }
    }

    [GeneratedRegex(@"\[redacted(?::[0-9a-f]{16})?\]")]
    private static partial Regex Mark();
}
