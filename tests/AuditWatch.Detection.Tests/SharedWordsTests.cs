using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Tests;

/// <summary>Events and Sigma may not know each other, so both write these words down; the adapter between them casts, and this holds them together.</summary>
public sealed class SharedWordsTests
{
    [Xunit.Fact]
    public void Reasons_for_unknown_are_the_same_on_both_sides() => Xunit.Assert.Equal(Words<Events.UnknownReason>(), Words<UnknownReason>());

    [Xunit.Fact]
    public void Kinds_of_value_are_the_same_on_both_sides() => Xunit.Assert.Equal(Words<AnswerKind>(), Words<FieldKind>());

    static List<(string Name, int Value)> Words<T>() where T : struct, Enum =>
        [.. Enum.GetValues<T>().Select(v => (v.ToString(), Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture)))];
}
