namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>One panel, as its author thinks of it; <see cref="LensPanel"/> knows how Kibana keeps it.</summary>
/// <param name="Kind">How it is drawn.</param>
/// <param name="Title">Its title, and through it its id.</param>
/// <param name="Where">KQL.</param>
/// <param name="Groups">By what it is split.</param>
/// <param name="Measures">What it counts.</param>
internal sealed record Panel(PanelKind Kind, string Title, string Where, IReadOnlyList<Group> Groups, IReadOnlyList<Measure> Measures)
{
    /// <summary>The data view; null: the dashboard's.</summary>
    public string? View { get; init; }

    /// <summary>The dashboard that a click leads to.</summary>
    public string? Leads { get; init; }

    /// <summary>The saved search that it shows.</summary>
    public string? SavedSearch { get; init; }

    public string Id => "p-" + string.Concat(Title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    public static Panel TimeLine(string title, string where, Group? by = null, Measure? measure = null) => new(PanelKind.TimeLine, title, where, by is null ? [] : [by], [measure ?? Measure.Records]);

    public static Panel Number(string title, string where, Measure measure) => new(PanelKind.Number, title, where, [], [measure with { Label = title }]);

    public static Panel Table(string title, string where, Group[] by, params Measure[] measures) => new(PanelKind.Table, title, where, by, measures);

    public static Panel Donut(string title, string where, Group by) => new(PanelKind.Donut, title, where, [by], [Measure.Records]);

    public static Panel Bars(string title, string where, Group by, Measure? measure = null) => new(PanelKind.Bars, title, where, [by], [measure ?? Measure.Records]);

    public static Panel Rows(string title, string savedSearch) => new(PanelKind.Rows, title, "", [], []) { SavedSearch = savedSearch };

    /// <summary>The same panel over another data view.</summary>
    public Panel Over(string view) => this with { View = view };

    /// <summary>The same panel, whose values lead to a dashboard about them.</summary>
    public Panel To(string dashboard) => this with { Leads = dashboard };
}
