using System.Text;
using System.Text.Json;
using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Compares a field with another field of the same event (or element). Of arrays, any pair of members will do.</summary>
internal sealed class FieldReferenceNode(FieldSource left, FieldSource right, string how, bool cased) : Node
{
    public override Verdict Evaluate(EventView view, in JsonElement element)
    {
        var wanted = new Collected();
        right.Ask(view, element, wanted);
        var comparison = new Comparison(wanted, how, cased);
        var verdict = left.Ask(view, element, comparison);
        // An absent side decides, whatever the other one is.
        if (wanted.Values.Count == 0 && wanted.Why == UnknownReason.None) return Verdict.False;
        // As long as the other side is not shown, it may yet turn out to be absent.
        return verdict.Truth == Truth.Unknown ? Verdict.Unknown(verdict.Why | (wanted.Why & EventView.NotShown)) : verdict;
    }

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        var seen = new Collected();
        left.Ask(view, element, seen);
        into.Add(left.Field, seen.Values.Count == 0 ? "" : Encoding.UTF8.GetString(seen.Values[0].Utf8));
    }

    public override void CollectFields(ICollection<string> into)
    {
        left.CollectFields(into);
        right.CollectFields(into);
    }

    public override string Canonical => $"ref({left.Field.Length}:{left.Field}{how}{(cased ? "!" : "")}{right.Field.Length}:{right.Field})";

    public override int Cost => 8;

    /// <summary>Copies every scalar of a field: the event may reuse its buffer when the next field is read.</summary>
    sealed class Collected : ValueTest
    {
        public List<(byte[] Utf8, bool IsNumber)> Values { get; } = [];

        public UnknownReason Why { get; private set; }

        public override Verdict On(scoped in FieldValue value, EventView view)
        {
            if (value.Kind != FieldKind.Unknown) return base.On(value, view);
            Why |= value.Why;
            return Verdict.False;
        }

        protected override Verdict OnScalar(scoped in FieldValue value, EventView view)
        {
            switch (value.Kind)
            {
                case FieldKind.Text:
                    if (view.Withheld(value.Utf8) is var why and not UnknownReason.None) Why |= why;
                    else Values.Add((value.Utf8.ToArray(), false));
                    break;
                case FieldKind.Number: Values.Add((value.Utf8.ToArray(), true)); break;
                case FieldKind.True: Values.Add(("true"u8.ToArray(), false)); break;
                case FieldKind.False: Values.Add(("false"u8.ToArray(), false)); break;
            }
            return Verdict.False;
        }

        public override string Canonical => "";
    }

    sealed class Comparison(Collected wanted, string how, bool cased) : ValueTest
    {
        protected override Verdict OnScalar(scoped in FieldValue value, EventView view)
        {
            var text = value.Kind switch { FieldKind.Text or FieldKind.Number => value.Utf8, FieldKind.True => "true"u8, FieldKind.False => "false"u8, _ => default };
            if (value.Kind is not (FieldKind.Text or FieldKind.Number or FieldKind.True or FieldKind.False)) return Verdict.False;
            var why = wanted.Why | (value.Kind == FieldKind.Text ? view.Withheld(text) : UnknownReason.None);
            if (value.Kind != FieldKind.Text || view.Withheld(text) == UnknownReason.None)
            {
                var mine = Folded(text);
                foreach (var (other, isNumber) in wanted.Values)
                    if (Holds(mine, Folded(other)) || (how.Length == 0 && (isNumber || value.Kind == FieldKind.Number) && SameNumber(text, other))) return Verdict.True;
            }
            return why == UnknownReason.None ? Verdict.False : Verdict.Unknown(why);
        }

        public override string Canonical => "";

        bool Holds(ReadOnlySpan<byte> mine, ReadOnlySpan<byte> other) => how switch
        {
            "contains" => mine.IndexOf(other) >= 0,
            "startswith" => mine.StartsWith(other),
            "endswith" => mine.EndsWith(other),
            _ => mine.SequenceEqual(other),
        };

        static bool SameNumber(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Numeral.TryParse(a, out var x) && Numeral.TryParse(b, out var y) && x.CompareTo(y) == 0;

        byte[] Folded(ReadOnlySpan<byte> text)
        {
            if (cased) return text.ToArray();
            var buffer = new byte[Utf8Fold.MaxFolded(text.Length)];
            return buffer[..Utf8Fold.FoldInto(text, buffer)];
        }
    }
}
