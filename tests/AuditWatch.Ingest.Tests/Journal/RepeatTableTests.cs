using AuditWatch.Ingest.Journal;
using CsCheck;
using Xunit;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Ingest.Tests.Journal;

public sealed class RepeatTableTests
{
    // Few distinct ids that share their low bits, so that probing, moving up and wrapping round all happen.
    static readonly Gen<(int Operation, EventId Id)[]> s_steps =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 40].Select(n => new EventId(((UInt128)(uint)n << 64) | (ulong)(n % 5)))).Array[0, 200];

    [Fact]
    public void It_answers_as_a_plain_list_of_the_last_ids_would()
    {
        Gen.Select(s_steps, Gen.Int[1, 12]).Sample((steps, capacity) =>
        {
            var table = new RepeatTable(capacity);
            var model = new List<(long Place, EventId Id, bool IsRemoved)>();
            foreach (var (operation, id) in steps)
            {
                var live = model.FindIndex(m => m.Id == id && !m.IsRemoved && m.Place >= model.Count - capacity);
                if (operation == 0)
                {
                    table.Remove(id);
                    if (live >= 0) model[live] = model[live] with { IsRemoved = true };
                    live = -1;
                }
                else if (live < 0)
                {
                    table.Add(id);
                    live = model.Count;
                    model.Add((live, id, false));
                }
                if (table.Find(id) != live) return false;
            }
            return model.All(m => table.Find(m.Id) == model.FindLastIndex(x => x.Id == m.Id && !x.IsRemoved && x.Place >= model.Count - capacity));
        }, iter: 5000);
    }
}
