using System.Text;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>
/// A value that a statement of ours is given, never part of its text. Half a surrogate pair becomes U+FFFD, as rows have it; a text with a NUL, at which the
/// client library would end it, travels as bytes. Cut, it is as long as rows have it.
/// </summary>
internal sealed class SqlValue
{
    readonly string _name;
    readonly object? _value;

    public SqlValue(string name, object? value, bool cut = false)
    {
        _name = name;
        Expression = "$" + name;
        _value = value;
        if (value is not string text) return;
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (cut) utf8 = utf8[..IndexBatch.LengthOfCut(utf8)];
        if (text.Contains('\0', StringComparison.Ordinal)) (_value, Expression) = (utf8, $"decode(${name})");
        else _value = Encoding.UTF8.GetString(utf8);
    }

    /// <summary>How the statement refers to it.</summary>
    public string Expression { get; }

    public DuckDBParameter Parameter => new(_name, _value ?? DBNull.Value);
}
