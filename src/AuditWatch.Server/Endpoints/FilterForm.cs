namespace AuditWatch.Server.Endpoints;

/// <summary>One query parameter of a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it asks for.</param>
/// <param name="Words">The only values it takes; none: any text.</param>
sealed record FilterForm(string Name, string Description, params string[] Words)
{
    /// <summary>Whether it takes a whole number.</summary>
    public bool IsNumber { get; init; }
}
