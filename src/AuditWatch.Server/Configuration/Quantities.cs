using System.Globalization;

namespace AuditWatch.Server.Configuration;

/// <summary>Durations (<c>15m</c>, <c>24h</c>, <c>7d</c>) and sizes (<c>200GiB</c>, <c>64MB</c>) as people write them.</summary>
public static class Quantities
{
    static readonly (string Unit, double Factor)[] SizeUnits =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    /// <summary>A number with one of ms, s, m, h, d, w.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().TrimEnd("smhdw");
        if (!TryNumber(digits, out var number)) return false;
        double? seconds = text[digits.Length..] switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            "w" => 604800,
            _ => null,
        };
        if (seconds is null || number * seconds > TimeSpan.MaxValue.TotalSeconds / 2) return false;
        duration = TimeSpan.FromSeconds(number * seconds.Value);
        return true;
    }

    /// <summary>A number of bytes, with or without a unit.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        bytes = 0;
        (string Unit, double Factor) none = ("", 1);
        var (unit, factor) = SizeUnits.FirstOrDefault(u => text.EndsWith(u.Unit, StringComparison.Ordinal), none);
        if (!TryNumber(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), out var number) || number * factor > long.MaxValue / 2) return false;
        bytes = (long)(number * factor);
        return true;
    }

    static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
