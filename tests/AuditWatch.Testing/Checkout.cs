namespace AuditWatch.Testing;

/// <summary>The checkout that the running tests were built from. Found from the program's own folder: source paths are rewritten in a CI build.</summary>
public static class Checkout
{
    /// <summary>The folder with AuditWatch.sln.</summary>
    public static string Root { get; } = Find();

    static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "AuditWatch.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("AuditWatch.sln was not found above the tests; run them from a checkout.");
    }
}
