using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Knowledge;

/// <summary>What was known around a sighting at its time, for chains to ask. Null, and <see cref="Truth.Unknown"/>, say that nothing in the log or the snapshot tells.</summary>
public sealed record ObjectFacts
{
    /// <summary>Nothing is known.</summary>
    public static readonly ObjectFacts None = new();

    /// <summary>The object that owns the one the request was about, through all controllers; the object itself when none does.</summary>
    public ObjectName? Root { get; init; }

    /// <summary>Who asked for that object.</summary>
    public string? RootMadeBy { get; init; }

    /// <summary>The Pod Security level of the namespace before the request; empty when none was enforced.</summary>
    public string? PodSecurityBefore { get; init; }

    /// <summary>The same after it.</summary>
    public string? PodSecurityAfter { get; init; }

    /// <summary>The role that was written, or bound.</summary>
    public ObjectName? Role { get; init; }

    /// <summary>What the role that was written, or bound, allows.</summary>
    public Powers? RolePowers { get; init; }

    /// <summary>What the actor was seen being given.</summary>
    public Powers ActorPowers { get; init; }

    /// <summary>Whether all that the actor holds is known.</summary>
    public bool ActorPowersAreAll { get; init; }

    /// <summary>The account that the pod, or the pods of the workload, run as: <c>system:serviceaccount:…</c>.</summary>
    public string? RunsAs { get; init; }

    /// <summary>What that account was seen being given.</summary>
    public Powers RunsAsPowers { get; init; }

    /// <summary>Whom the certificate is for.</summary>
    public string? CertificateFor { get; init; }

    /// <summary>Whether Pod Security was lowered: the level after is weaker than the one before.</summary>
    public Truth PodSecurityLowered => PodSecurityBefore is null || PodSecurityAfter is null ? Truth.Unknown : Strength(PodSecurityAfter) < Strength(PodSecurityBefore) ? Truth.True : Truth.False;

    /// <summary>Whether Pod Security was raised: the level after is stronger than the one before.</summary>
    public Truth PodSecurityRaised => PodSecurityBefore is null || PodSecurityAfter is null ? Truth.Unknown : Strength(PodSecurityAfter) > Strength(PodSecurityBefore) ? Truth.True : Truth.False;

    /// <summary>Whether it was this user who asked for the object that owns the pod.</summary>
    public Truth RootIsBy(string? user) => RootMadeBy is null ? Truth.Unknown : RootMadeBy == user ? Truth.True : Truth.False;

    /// <summary>Whether the role leads to control of others: any of the powers but reading what is public.</summary>
    public Truth RoleIsPrivileged => RolePowers is not { } powers ? Truth.Unknown : powers != Powers.None ? Truth.True : Truth.False;

    /// <summary>Whether the actor holds a power.</summary>
    public Truth ActorHolds(Powers power) =>
        (ActorPowers & (power | Powers.Everything)) != 0 ? Truth.True : ActorPowersAreAll ? Truth.False : Truth.Unknown;

    static int Strength(string level) => level switch { "restricted" => 2, "baseline" => 1, _ => 0 };
}
