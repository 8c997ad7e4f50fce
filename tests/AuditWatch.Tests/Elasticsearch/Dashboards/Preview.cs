using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>Draws a dashboard from the answers to its panels, so that a person sees what he gets without a Kibana. Kibana draws it nicer.</summary>
internal sealed class Preview(string title, string purpose)
{
    const int Column = 25, Line = 20, Top = 62;
    static readonly string[] Colours = ["#54b399", "#6092c0", "#d36086", "#9170b8", "#ca8eae", "#d6bf57", "#b9a888", "#da8b45", "#aa6556", "#e7664c"];
    readonly StringBuilder _svg = new();
    int _bottom;

    public void Draw(ShippedPanel panel, IReadOnlyList<PanelRow> rows)
    {
        var (x, y, w, h) = Frame(panel.Title, panel.X, panel.Y, panel.Width, panel.Height);
        var labels = panel.Columns.Select(c => (string)c.Column["label"]!).ToList();
        switch (panel.Type)
        {
            case "lnsMetric":
                Text(x + w / 2, y + h / 2 + 6, Number(panel, 0, rows[0].Numbers[0]), 34, "middle", bold: true);
                break;
            case "lnsPie":
                Donut(x, y, w, h, rows);
                break;
            case "lnsDatatable":
                Table(x, y, w, h, labels, rows.Select(r => (IReadOnlyList<string>)[.. r.Keys, .. r.Numbers.Select((n, i) => Number(panel, i, n))]));
                break;
            case var _ when (string)panel.Columns.First().Column["operationType"]! == "date_histogram":
                TimeLine(x, y, w, h, rows);
                break;
            default:
                Bars(x, y, w, h, rows);
                break;
        }
    }

    /// <summary>The documents of a saved search.</summary>
    public void DrawDocuments(JsonNode panel, IReadOnlyList<string> columns, IReadOnlyDictionary<string, string> labels, JsonElement answer)
    {
        var grid = panel["gridData"]!;
        var (x, y, w, h) = Frame((string)panel["title"]!, (int)grid["x"]!, (int)grid["y"]!, (int)grid["w"]!, (int)grid["h"]!);
        var rows = answer.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(hit => (IReadOnlyList<string>)[.. columns.Select(c =>
            hit.TryGetProperty("fields", out var fields) && fields.TryGetProperty(c, out var values) ? string.Join(", ", values.EnumerateArray().Select(v => v.ToString())) : "-")]);
        Table(x, y, w, h, [.. columns.Select(c => labels.GetValueOrDefault(c, c.Split('.')[^1]))], rows);
    }

    public string Finish() => string.Create(CultureInfo.InvariantCulture,
        $"""<svg xmlns="http://www.w3.org/2000/svg" width="{48 * Column + 10}" height="{_bottom + 10}" font-family="sans-serif" fill="#343741"><rect width="100%" height="100%" fill="#f7f8fc"/><text x="10" y="28" font-size="20" font-weight="bold">{Safe(title, 200)}</text><text x="10" y="48" font-size="13">{Safe(purpose, 200)}</text>{_svg}</svg>""") + "\n";

    (int X, int Y, int W, int H) Frame(string name, int column, int row, int columns, int lines)
    {
        var (x, y, w, h) = (column * Column + 5, row * Line + Top, columns * Column - 6, lines * Line - 6);
        _bottom = Math.Max(_bottom, y + h);
        Add($"""<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="4" fill="#fff" stroke="#d3dae6"/>""");
        Text(x + 8, y + 18, name, 13, bold: true, most: Math.Max(10, (w - 10) / 7));
        return (x + 8, y + 26, w - 16, h - 32);
    }

    void TimeLine(int x, int y, int w, int h, IReadOnlyList<PanelRow> rows)
    {
        var times = rows.GroupBy(r => r.Keys[0]).ToList();
        var names = rows.Where(r => r.Keys.Count > 1).GroupBy(r => r.Keys[1]).OrderByDescending(g => g.Sum(r => r.Numbers[0] ?? 0)).Select(g => g.Key).ToList();
        var (plot, highest) = (names.Count > 0 ? w - 150 : w, times.Max(t => t.Sum(r => r.Numbers[0] ?? 0)));
        var bar = Math.Max(1.0, (double)plot / times.Count);
        for (var i = 0; i < times.Count; i++)
        {
            var bottom = (double)y + h - 14;
            foreach (var row in times[i].OrderBy(r => r.Keys.Count > 1 ? names.IndexOf(r.Keys[1]) : 0))
            {
                var height = (row.Numbers[0] ?? 0) / Math.Max(1, highest) * (h - 18);
                bottom -= height;
                Add($"""<rect x="{x + i * bar:F1}" y="{bottom:F1}" width="{Math.Max(1, bar - 1):F1}" height="{height:F1}" fill="{Colours[row.Keys.Count > 1 ? names.IndexOf(row.Keys[1]) % Colours.Length : 0]}"/>""");
            }
        }
        Text(x, y + h, times[0].Key[..Math.Min(19, times[0].Key.Length)], 10);
        Text(x + plot, y + h, times[^1].Key[..Math.Min(19, times[^1].Key.Length)], 10, "end");
        Legend(x + plot + 10, y, h, 140, names);
    }

    void Bars(int x, int y, int w, int h, IReadOnlyList<PanelRow> rows)
    {
        var highest = rows.Max(r => r.Numbers[0] ?? 0);
        foreach (var (row, i) in rows.Take(h / 18).Select((r, i) => (r, i)))
        {
            Text(x + 120, y + 13 + i * 18, row.Keys[0], 11, "end", most: 20);
            Add($"""<rect x="{x + 126}" y="{y + 3 + i * 18}" width="{(w - 170) * (row.Numbers[0] ?? 0) / Math.Max(1, highest):F1}" height="13" fill="{Colours[0]}"/>""");
            Text(x + w, y + 13 + i * 18, Plain(row.Numbers[0]), 11, "end");
        }
    }

    void Donut(int x, int y, int w, int h, IReadOnlyList<PanelRow> rows)
    {
        var (radius, total, before) = (Math.Min(w / 2, h) / 2.0 - 16, rows.Sum(r => r.Numbers[0] ?? 0), 0.0);
        var around = 2 * Math.PI * radius;
        foreach (var (row, i) in rows.Select((r, i) => (r, i)))
        {
            var part = (row.Numbers[0] ?? 0) / total;
            Add($"""<circle cx="{x + radius + 16:F1}" cy="{y + h / 2.0:F1}" r="{radius:F1}" fill="none" stroke="{Colours[i % Colours.Length]}" stroke-width="24" stroke-dasharray="{part * around:F2} {around:F2}" stroke-dashoffset="{-before * around:F2}"/>""");
            before += part;
        }
        Legend((int)(x + 2 * radius + 48), y, h, (int)(w - 2 * radius - 48), [.. rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Keys[0]} {100 * (r.Numbers[0] ?? 0) / total:F1}%"))]);
    }

    void Table(int x, int y, int w, int h, IReadOnlyList<string> labels, IEnumerable<IReadOnlyList<string>> rows)
    {
        var shown = rows.Take(Math.Max(1, h / 17 - 1)).ToList();
        // Columns as wide as what they hold, as far as there is room.
        var widest = labels.Select((l, i) => Math.Min(40, shown.Select(r => r[i].Length).Append(l.Length).Max() + 2)).ToList();
        var at = (double)x;
        for (var i = 0; i < labels.Count; i++)
        {
            var wide = (double)w * widest[i] / widest.Sum();
            var most = Math.Max(3, (int)(wide / 6.2) - 1);
            Text((int)at, y + 12, labels[i], 11, bold: true, most: most);
            for (var row = 0; row < shown.Count; row++) Text((int)at, y + 29 + row * 17, shown[row][i], 11, most: most);
            at += wide;
        }
    }

    void Legend(int x, int y, int h, int w, List<string> names)
    {
        foreach (var (name, i) in names.Take(h / 16).Select((n, i) => (n, i)))
        {
            Add($"""<rect x="{x}" y="{y + i * 16}" width="10" height="10" fill="{Colours[i % Colours.Length]}"/>""");
            Text(x + 14, y + 10 + i * 16, name, 11, most: Math.Max(4, (w - 14) / 6));
        }
    }

    static string Number(ShippedPanel panel, int measure, double? number)
    {
        var column = panel.Columns.Where(c => !(bool)c.Column["isBucketed"]!).ElementAt(measure).Column;
        if (number is not { } value) return "-";
        if ((string?)column["dataType"] == "date") return DateTimeOffset.FromUnixTimeMilliseconds((long)value).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return (string?)column["sourceField"] == "event.duration" ? string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:F1} ms") : Plain(value);
    }

    static string Plain(double? number) => number is { } value ? value.ToString("#,0.##", CultureInfo.InvariantCulture) : "-";

    void Text(int x, int y, string text, int size, string anchor = "start", bool bold = false, int most = 90) =>
        Add($"""<text x="{x}" y="{y}" font-size="{size}"{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}{(bold ? " font-weight=\"bold\"" : "")}>{Safe(text, most)}</text>""");

    void Add(FormattableString part) => _svg.Append(part.ToString(CultureInfo.InvariantCulture)).Append('\n');

    static string Safe(string text, int most)
    {
        var cut = text.Length <= most ? text : text[..(most - 1)] + "…";
        return System.Security.SecurityElement.Escape(string.Concat(cut.Where(c => c >= ' ' && !char.IsSurrogate(c))));
    }
}
