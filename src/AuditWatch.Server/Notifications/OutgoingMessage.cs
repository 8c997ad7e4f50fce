using System.Globalization;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Notifications;

/// <summary>A message ready to be said in any channel's form: what was found, gravest first, and how much more there is.</summary>
/// <param name="Key">The same through all attempts, so that a receiver can tell a repeat.</param>
/// <param name="Route">The route.</param>
/// <param name="Total">How many alerts it is about.</param>
/// <param name="Alerts">Those that are told of one by one; the first is the gravest.</param>
sealed record OutgoingMessage(string Key, RouteConfig Route, long Total, IReadOnlyList<StoredAlert> Alerts)
{
    /// <summary>Alerts that a message tells of one by one.</summary>
    public const int MostAlerts = 10;
    const int LongestTitle = 140;

    public StoredAlert First => Alerts[0];

    /// <summary>One plain line.</summary>
    public string Title => PlainText.Of(Total == 1
        ? $"[{First.Alert.Level}] {First.Alert.Rule.Title} ({First.Alert.Cluster})"
        : string.Create(CultureInfo.InvariantCulture, $"{Total} alerts, gravest [{First.Alert.Level}] {First.Alert.Rule.Title} ({First.Alert.Cluster})"), LongestTitle);

    /// <summary>One plain line for each alert, and one for the rest.</summary>
    public IReadOnlyList<string> Lines =>
    [
        .. Alerts.Select(a => PlainText.Of(MessageTemplate.Fill(Route.Line, a), 700)),
        .. Total > Alerts.Count ? (string[])[string.Create(CultureInfo.InvariantCulture, $"… and {Total - Alerts.Count} more")] : [],
    ];
}
