namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>How a panel is drawn.</summary>
internal enum PanelKind
{
    TimeLine,
    Number,
    Table,
    Donut,
    Bars,
    Rows,
}
