namespace AuditWatch.Sigma.Parsing;

/// <summary>What a selection asks for.</summary>
public abstract record Criterion(Place Place);

/// <summary>A map: every item must hold.</summary>
public sealed record AllOf(IReadOnlyList<Criterion> Items, Place Place) : Criterion(Place);

/// <summary>A list: one item must hold.</summary>
public sealed record AnyOf(IReadOnlyList<Criterion> Items, Place Place) : Criterion(Place);

/// <summary>A field, its modifiers, and the values it is compared with. The field <c>.</c> is the array element itself.</summary>
public sealed record FieldTest(string Field, IReadOnlyList<string> Modifiers, IReadOnlyList<SigmaScalar> Values, bool IsList, Place Place) : Criterion(Place);

/// <summary>Values searched in the whole event.</summary>
public sealed record KeywordTest(IReadOnlyList<string> Modifiers, IReadOnlyList<SigmaScalar> Values, bool IsList, Place Place) : Criterion(Place);

/// <summary>Questions about the elements of an array, each element on its own.</summary>
/// <param name="Field">The array.</param>
/// <param name="Quantifier">How many elements.</param>
/// <param name="Index">For <see cref="ArrayQuantifier.Index"/>: which, negative from the end.</param>
/// <param name="Body">What an element must satisfy.</param>
/// <param name="Place">Where it stands.</param>
public sealed record ArrayTest(string Field, ArrayQuantifier Quantifier, int Index, Criterion Body, Place Place) : Criterion(Place);

/// <summary>Selections with a condition of their own, inside an array block.</summary>
public sealed record NestedDetection(SigmaDetection Detection, Place Place) : Criterion(Place);

/// <summary>How many elements of an array must satisfy a block.</summary>
public enum ArrayQuantifier
{
    /// <summary>At least one.</summary>
    Any,
    /// <summary>Every one, and there is one.</summary>
    All,
    /// <summary>Every one, or there is none, or no array.</summary>
    AllOrEmpty,
    /// <summary>Not one; also when there is no array.</summary>
    None,
    /// <summary>The one at a position.</summary>
    Index,
}
