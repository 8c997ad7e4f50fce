namespace AuditWatch.Server.Queries;

public sealed partial class LocalQueries
{
    Task<RowPage> TimelineAsync(Filters asked, CancellationToken stop) => throw new QueryFault("The timeline comes with the investigation layer.");
}
