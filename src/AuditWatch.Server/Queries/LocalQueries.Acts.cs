namespace AuditWatch.Server.Queries;

public sealed partial class LocalQueries
{
    /// <inheritdoc/>
    public async Task<ActAnswer> ActAsync(Act act, CancellationToken stop)
    {
        var answer = await DoAsync(act, stop);
        return Topic is null ? answer : answer with { Json = TopicPlaces.Name(answer.Json, Topic) };
    }

    Task<ActAnswer> DoAsync(Act act, CancellationToken stop) => act.Route.Name switch
    {
        "triage-alert" => TriageAlertAsync(act, stop),
        "triage-alerts" => TriageAlertsAsync(act, stop),
        "undo-triage" => UndoTriageAsync(act, stop),
        "merge-incident" => MergeIncidentAsync(act, stop),
        "split-incident" => SplitIncidentAsync(act, stop),
        "undo-incident-edit" => UndoIncidentEditAsync(act, stop),
        "except-alert" => ExceptAsync(act, stop),
        "end-exception" => EndExceptionAsync(act, stop),
        "test-route" => TestRouteAsync(act, stop),
        "replay-notifications" => ReplayNotificationsAsync(act, stop),
        "drop-notifications" => DropNotificationsAsync(act, stop),
        "replay-parked" => ReplayParkedAsync(act, stop),
        "drop-parked" => DropParkedAsync(act, stop),
        "create-token" => CreateTokenAsync(act, stop),
        "revoke-token" => RevokeTokenAsync(act, stop),
        "revoke-cluster-tokens" => RevokeClusterTokensAsync(act, stop),
        _ => throw new QueryFault($"There is no act '{act.Route.Name}'."),
    };
}
