using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Leaves each event the handful of rules that could hold on it: a table by resource, verb and stage whose cells are worked out when first asked for. Reading
/// takes no lock. A rule stands in a cell unless what it must have (by its own word) differs from the cell's value.
/// </summary>
sealed class CandidateTable
{
    const int Stages = 5;

    readonly Lock _filling = new();
    readonly SymbolTable _symbols;
    readonly EventRule[] _all;
    readonly Needs[] _needs;
    EventRule[]?[]?[] _rows = new EventRule[]?[]?[64];

    public CandidateTable(IReadOnlyList<EventRule> rules, SymbolTable symbols)
    {
        _symbols = symbols;
        _all = [.. rules];
        _needs = [.. _all.Select(r => new Needs(Values(r, "objectRef.resource"), Values(r, "verb"), Values(r, "stage")))];
    }

    /// <summary>The rules that could be true, or unknown, on the event.</summary>
    public EventRule[] For(AuditEvent e)
    {
        var resource = e.Symbol(HotField.ObjectResource);
        var verb = e.Symbol(HotField.Verb);
        if ((resource | verb) < 0 && (Unsure(e, resource, HotField.ObjectResource) || Unsure(e, verb, HotField.Verb))) return _all;
        var row = resource + 1;
        var column = ((verb + 1) * Stages) + (int)e.Stage;
        var rows = Volatile.Read(ref _rows);
        if ((uint)row < (uint)rows.Length && Volatile.Read(ref rows[row]) is { } cells && (uint)column < (uint)cells.Length && Volatile.Read(ref cells[column]) is { } cell)
            return cell;
        return Fill(row, column, resource, verb, e.Stage);
    }

    // -1 means absent or not interned; only an absence that was recorded as such says anything.
    static bool Unsure(AuditEvent e, int symbol, HotField field) => symbol < 0 && (e.Origin.IsCut || e.Ranges.Has(field));

    EventRule[] Fill(int row, int column, int resource, int verb, AuditStage stage)
    {
        var cell = Pick(resource < 0 ? null : _symbols.TextOf(resource), verb < 0 ? null : _symbols.TextOf(verb), stage);
        lock (_filling)
        {
            if (row >= _rows.Length)
            {
                var grown = new EventRule[]?[]?[Math.Max(row + 1, _rows.Length * 2)];
                _rows.CopyTo(grown, 0);
                Volatile.Write(ref _rows, grown);
            }

            var cells = _rows[row] ?? [];
            if (column >= cells.Length)
            {
                var grown = new EventRule[]?[Math.Max(column + 1, cells.Length * 2)];
                cells.CopyTo(grown, 0);
                cells = grown;
            }

            Volatile.Write(ref cells[column], cell);
            Volatile.Write(ref _rows[row], cells);
        }

        return cell;
    }

    EventRule[] Pick(string? resource, string? verb, AuditStage stage)
    {
        var picked = new List<EventRule>();
        for (var i = 0; i < _all.Length; i++)
        {
            var needs = _needs[i];
            if (Fits(needs.Resources, resource) && Fits(needs.Verbs, verb) && (stage == AuditStage.Unknown || Fits(needs.Stages, stage.ToString()))) picked.Add(_all[i]);
        }

        return [.. picked];
    }

    static bool Fits(HashSet<string>? wanted, string? value) => wanted is null || (value is not null && wanted.Contains(value));

    static HashSet<string>? Values(EventRule rule, string field) =>
        rule.Compiled.PossibleValues(field) is { } values ? new HashSet<string>(values, StringComparer.OrdinalIgnoreCase) : null;

    readonly record struct Needs(HashSet<string>? Resources, HashSet<string>? Verbs, HashSet<string>? Stages);
}
