namespace AuditWatch.Server.Access;

/// <summary>Who asks; or, without a <paramref name="Caller"/>, the status to answer with and why.</summary>
readonly record struct Identity(Caller? Caller, int Status, string Why)
{
    public static Identity Of(Caller caller) => new(caller, 0, "");

    public static Identity Unknown(string why) => new(null, 401, why);
}
