namespace AuditWatch.Sigma.Evaluation;

/// <summary>A truth value; when it is unknown, with every reason that contributed.</summary>
public readonly record struct Verdict(Truth Truth, UnknownReason Why)
{
    /// <summary>No.</summary>
    public static readonly Verdict False = new(Truth.False, UnknownReason.None);

    /// <summary>Yes.</summary>
    public static readonly Verdict True = new(Truth.True, UnknownReason.None);

    /// <summary>Cannot be said.</summary>
    public static Verdict Unknown(UnknownReason why) => new(Truth.Unknown, why);

    /// <summary>Kleene's and: false wins over unknown.</summary>
    public Verdict And(Verdict other) =>
        Truth == Truth.False || other.Truth == Truth.False ? False
        : Truth == Truth.Unknown || other.Truth == Truth.Unknown ? Unknown(Why | other.Why) : True;

    /// <summary>Kleene's or: true wins over unknown.</summary>
    public Verdict Or(Verdict other) =>
        Truth == Truth.True || other.Truth == Truth.True ? True
        : Truth == Truth.Unknown || other.Truth == Truth.Unknown ? Unknown(Why | other.Why) : False;

    /// <summary>Kleene's not: not-unknown stays unknown.</summary>
    public Verdict Negate() => Truth switch { Truth.True => False, Truth.False => True, _ => this };
}
