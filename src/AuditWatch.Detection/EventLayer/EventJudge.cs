using System.Diagnostics;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Evaluation;
using UnknownReason = AuditWatch.Sigma.Evaluation.UnknownReason;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// The event layer: asks every event the rules that could hold on it. One per thread; remembers nothing that a verdict depends on, so any number of them give
/// the same hits in the same order.
/// </summary>
sealed class EventJudge(SettledVerdicts settledVerdicts, RuleCounters counters, bool followCredentials, ExceptionsInForce? inForce = null)
{
    const int SampleEvery = 1024;

    readonly AuditEventView _view = new();
    readonly SettledView _settledView = new();
    readonly RecentSettled _recent = new();
    readonly CredentialUses _uses = new();
    readonly List<Sighting> _sightings = [];
    readonly List<(EventRule Rule, UnknownReason Why)> _blind = [];
    int _untilSample = SampleEvery;

    /// <summary>Judges one event; <paramref name="place"/> is its line, or its index in the journal frame.</summary>
    public void Judge(AuditEvent e, int place, JudgedBatch batch)
    {
        ref var act = ref batch.Add();
        Note(e, place, ref act, batch);
        if (followCredentials) NoteCredential(e, ref act);
        EventFacts? facts = null;
        var note = ObjectNotes.IsWanted(e) ? ObjectNotes.Of(e) : null;
        _view.Event = e;
        var settled = settledVerdicts.For(e, _settledView, _recent);
        foreach (var (rule, why) in settled.Unknown)
        {
            counters.CouldNotSay(rule, why);
            if (settledVerdicts.Rules.Rules[rule] is { IsStep: true } step) Blind(step, why);
        }

        var held = settled.Sieve?.Holds(e) ?? ulong.MaxValue;
        for (var i = 0; i < settled.Open.Length; i++)
        {
            var rule = settled.Open[i];
            var leaves = settled.Certain[i];
            if (leaves is null)
            {
                // Without a sieve there may be more than 64.
                if (settled.Sieve is not null && (held >> i & 1) == 0) continue;
                if (settled.Gates[i] is { } gate && !gate.Admits(e)) continue;
                var verdict = Ask(rule);
                if (verdict.Truth == Truth.False) continue;
                if (verdict.Truth == Truth.Unknown)
                {
                    counters.CouldNotSay(rule.Index, verdict.Why);
                    if (rule.IsStep) Blind(rule, verdict.Why);
                    continue;
                }
            }

            counters.Matched(rule.Index, e.TimeMicros);
            if (!rule.MakesSightings) continue;
            facts ??= Facts(e, batch, act, EventId.Of(e.Cluster.Name, e.Utf8.Span).ToString());
            _sightings.Add(new Sighting(rule.Identity, facts, leaves ?? Leaves(rule), BindingSubjects.Of(e), Excepted(rule, new EventPosition(batch.Segment, batch.Frame, place)))
            {
                Captures = Captures(rule), Suppression = rule.Suppress?.Take(_view), Note = note, JoinsOwners = rule.JoinsOwners, MayBeStep = rule.IsStep,
            });
        }

        if (facts is null && note is null && _blind.Count == 0 && !(followCredentials && Issues(e))) return;
        batch.Hits.Add(new EventHit(batch.Count - 1, facts ?? Facts(e, batch, act, ""), _sightings.Count == 0 ? [] : [.. _sightings], note) { Blinds = Blinds(e, batch, act, facts, note) });
        _sightings.Clear();
    }

    // Of a request that is not over the end will tell.
    void Blind(EventRule rule, UnknownReason why)
    {
        if ((why & UnknownReason.StageNotSeen) == 0) _blind.Add((rule, why));
    }

    Sighting[] Blinds(AuditEvent e, JudgedBatch batch, in Act act, EventFacts? facts, ObjectNote? note)
    {
        if (_blind.Count == 0) return [];
        var blinds = new Sighting[_blind.Count];
        facts ??= Facts(e, batch, act, EventId.Of(e.Cluster.Name, e.Utf8.Span).ToString());
        for (var i = 0; i < blinds.Length; i++) blinds[i] = new Sighting(_blind[i].Rule.BlindIdentity, facts, [], BindingSubjects.Of(e), []) { Note = note, Why = _blind[i].Why };
        _blind.Clear();
        return blinds;
    }

    Capture[] Captures(EventRule rule)
    {
        if (rule.Captures.Count == 0) return [];
        var captures = new Capture[rule.Captures.Count];
        for (var i = 0; i < captures.Length; i++) captures[i] = rule.Captures[i].Take(_view);
        return captures;
    }

    Verdict Ask(EventRule rule)
    {
        var sampled = --_untilSample <= 0;
        var began = sampled ? Stopwatch.GetTimestamp() : 0;
        var verdict = rule.Compiled.EvaluateSafely(_view);
        if (!sampled) return verdict;
        counters.Took(rule.Index, Stopwatch.GetTimestamp() - began);
        _untilSample = SampleEvery;
        return verdict;
    }

    AlertMatch[] Leaves(EventRule rule)
    {
        try
        {
            return [.. rule.Compiled.Explain(_view).Select(l => new AlertMatch(l.Selection, l.Field, l.Value))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [];
        }
    }

    string[] Excepted(EventRule rule, EventPosition place)
    {
        IEnumerable<SiteExceptionRule> asked = inForce is null ? rule.Exceptions : rule.Exceptions.Concat(inForce.At(rule, place));
        List<string>? held = null;
        foreach (var exception in asked)
            if (exception.Passes.EvaluateSafely(_view).Truth == Truth.False) (held ??= []).Add(exception.Id);
        return held is null ? [] : [.. held];
    }

    static bool Issues(AuditEvent e) => e.Subresource == "token" && e.Resource == "serviceaccounts" && e.IssuedCredentialId is not null;

    // The raw texts stand for credential and address: equal texts, equal pair. Only what is new is read.
    void NoteCredential(AuditEvent e, ref Act act)
    {
        if (!e.Ranges.Has(HotField.UserExtra)) return;
        var json = e.Utf8.Span;
        var credential = CredentialIdText.HashIn(e.Ranges.Of(json, HotField.UserExtra));
        if (credential == 0) return;
        var pair = TextHash.Of(e.Ranges.Of(json, HotField.SourceIps), credential);
        if (_uses.IsNews(pair, act.TimeMicros) && e.ClientIp is { } address) (act.Credential, act.ClientIp) = (credential, address);
    }

    static void Note(AuditEvent e, int place, ref Act act, JudgedBatch batch)
    {
        var json = e.Utf8.Span;
        act.Place = place;
        act.TimeMicros = e.TimeMicros;
        act.TimeSource = e.TimeSource;
        act.RequestReceivedMicros = e.RequestReceivedMicros;
        act.Stage = e.Stage;
        act.Outcome = e.Outcome;
        var auditId = e.Ranges.IsEscaped(HotField.AuditId) ? Encoding.UTF8.GetBytes(e.AuditId) : e.Ranges.Of(json, HotField.AuditId);
        act.Request = TextHash.OfRequest(auditId, act.RequestReceivedMicros);
        if (!act.TrySetAuditId(auditId)) batch.KeepLongAuditId(place, e.AuditId);
        var field = e.Ranges.Has(HotField.ImpersonatedUserName) ? HotField.ImpersonatedUserName : HotField.UserName;
        var actor = e.Ranges.IsEscaped(field) ? Encoding.UTF8.GetBytes(e.EffectiveUser ?? "") : e.Ranges.Of(json, field);
        act.Actor = TextHash.Of(actor);
        act.Group = ServiceAccountName.GroupHash(actor);
    }

    static string PathOf(AuditEvent e)
    {
        if (!e.Ranges.IsString(HotField.RequestUri)) return "";
        var uri = e.Plain(HotField.RequestUri);
        var end = uri.IndexOf((byte)'?');
        return Encoding.UTF8.GetString(end < 0 ? uri : uri[..end]);
    }

    static EventFacts Facts(AuditEvent e, JudgedBatch batch, in Act act, string eventId) => new()
    {
        Cluster = e.Cluster.Name,
        AuditId = e.AuditId,
        RequestReceivedMicros = e.RequestReceivedMicros,
        TimeMicros = e.TimeMicros,
        TimeSource = e.TimeSource,
        Stage = e.Stage,
        EventId = eventId,
        Position = batch.PositionOf(act),
        Verb = e.Verb,
        Resource = e.Ranges.Has(HotField.ObjectRef) ? e.Resource ?? "" : null,
        Subresource = e.Subresource,
        Namespace = e.Namespace,
        Name = e.Name,
        ApiGroup = e.ApiGroup,
        Path = PathOf(e),
        User = e.UserName,
        Groups = e.UserGroups,
        EffectiveUser = e.EffectiveUser,
        Impersonated = e.IsImpersonated,
        CredentialId = e.CredentialId,
        IssuedCredentialId = e.IssuedCredentialId,
        ClientIp = e.ClientIp,
        UserAgent = e.UserAgent,
        AgentProduct = e.AgentProduct,
        CallerPod = e.CallerPod,
        Outcome = e.Outcome,
    };
}
