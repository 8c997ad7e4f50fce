namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>An endless supply of bodies to post.</summary>
internal interface IBodies
{
    /// <summary>Records in each.</summary>
    int Events { get; }

    /// <summary>The n-th; none holds a record that another one holds.</summary>
    byte[] Take(long n);
}
