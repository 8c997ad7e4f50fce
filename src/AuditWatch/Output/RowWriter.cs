using System.Text.Json;

namespace AuditWatch.Cli.Output;

/// <summary>Writes JSON rows as NDJSON, one JSON array, or a table of chosen columns.</summary>
internal sealed class RowWriter(Terminal terminal, OutputFormat format, params string[] columns)
{
    /// <summary>A table is aligned by its first rows; later rows keep those widths.</summary>
    const int Sampled = 200;

    /// <summary>Whoever wrote a megabyte into a name does not push everything else off the screen; JSON has it whole.</summary>
    const int LongestCell = 1000;

    readonly List<string[]> _sample = [];
    int[]? _widths;
    bool _any;

    public void Write(ReadOnlyMemory<byte> utf8Row)
    {
        switch (format)
        {
            case OutputFormat.Ndjson:
                terminal.Result(utf8Row.Span);
                break;
            case OutputFormat.Json:
                terminal.Result([.. _any ? ","u8 : "["u8, .. utf8Row.Span]);
                break;
            default:
                using (var row = JsonDocument.Parse(utf8Row)) WriteTableRow(row.RootElement);
                break;
        }
        _any = true;
    }

    public void Write(JsonElement row) => Write(JsonSerializer.SerializeToUtf8Bytes(row));

    public void End()
    {
        if (format == OutputFormat.Json) terminal.Result(_any ? "]" : "[]");
        if (format == OutputFormat.Table) Settle();
    }

    void WriteTableRow(JsonElement row)
    {
        var cells = columns.Select(c => Cell(row, c)).ToArray();
        if (_widths is not null)
        {
            Print(cells);
            return;
        }
        _sample.Add(cells);
        if (_sample.Count >= Sampled) Settle();
    }

    void Settle()
    {
        if (_widths is not null || _sample.Count == 0) return;
        _widths = [.. columns.Select((name, i) => Math.Min(60, Math.Max(name.Length, _sample.Max(r => r[i].Length))))];
        Print([.. columns.Select(c => c[(c.LastIndexOf('.') + 1)..].ToUpperInvariant())]);
        foreach (var cells in _sample) Print(cells);
        _sample.Clear();
    }

    void Print(string[] cells) =>
        terminal.Result(string.Join("  ", cells.Select((cell, i) => i == cells.Length - 1 ? cell : cell.PadRight(_widths![i]))).TrimEnd());

    /// <summary>A column is a path through objects, for instance <c>rule.name</c>.</summary>
    static string Cell(JsonElement row, string path)
    {
        foreach (var key in path.Split('.'))
        {
            if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty(key, out var child)) return "";
            row = child;
        }
        var text = row.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => Terminal.Printable(row.GetString()!).Replace('\n', ' ').Replace('\t', ' '),
            _ => Terminal.Printable(row.GetRawText()),
        };
        return text.Length <= LongestCell ? text : string.Concat(text.AsSpan(0, LongestCell - 1), "…");
    }
}
