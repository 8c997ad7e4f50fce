namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>One dashboard.</summary>
/// <param name="Id">Its id in Kibana.</param>
/// <param name="Title">Its title, without the prefix.</param>
/// <param name="Purpose">What it answers.</param>
/// <param name="View">The data view of its panels and controls.</param>
/// <param name="Rows">From top to bottom.</param>
internal sealed record Board(string Id, string Title, string Purpose, string View, params Row[] Rows)
{
    /// <summary>Controls beside cluster, namespace and time.</summary>
    public IReadOnlyList<Group> Controls { get; init; } = [Group.Of("user.name", "User")];
}

/// <summary>Cells beside each other.</summary>
internal sealed record Row(int Height, params Cell[] Cells);

/// <summary>Panels under each other, together as high as their row; 48 columns make a row.</summary>
internal sealed record Cell(int Width, params Panel[] Panels);
