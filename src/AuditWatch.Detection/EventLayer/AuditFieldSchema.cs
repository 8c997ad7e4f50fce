using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Binds the fields that rules name to those that audit events have.</summary>
sealed class AuditFieldSchema : IFieldSchema
{
    public static readonly AuditFieldSchema Instance = new();

    readonly Lock _lock = new();
    FieldPath?[] _paths = new FieldPath?[256];

    public bool TryBind(string field, out int slot, out string? problem)
    {
        if (!AuditSchema.TryBind(field, out var path, out problem))
        {
            slot = -1;
            return false;
        }

        slot = SlotOf(path);
        return true;
    }

    /// <summary>Remembers a path by its slot.</summary>
    public int SlotOf(FieldPath path)
    {
        var slot = path.Slot;
        lock (_lock)
        {
            if (slot >= _paths.Length)
            {
                var grown = new FieldPath?[Math.Max(slot + 1, _paths.Length * 2)];
                _paths.CopyTo(grown, 0);
                Volatile.Write(ref _paths, grown);
            }

            Volatile.Write(ref _paths[slot], path);
        }

        return slot;
    }

    public FieldPath PathOf(int slot) => Volatile.Read(ref _paths)[slot] ?? throw new ArgumentOutOfRangeException(nameof(slot), slot, "This field was never bound.");
}
