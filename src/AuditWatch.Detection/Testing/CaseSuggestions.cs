using System.Text.Json.Nodes;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>
/// Looks for the cases that rules lack: from the event of a case, by a change that has a name or by one of the field that nobody asks about, to an event of which the rule says one thing and a surviving mutant another.
/// Nothing is suggested that the engine, on the way that real events take, does not say so.
/// </summary>
public sealed class CaseSuggestions(RuleSnapshot rules)
{
    // Beyond these, two changes at once are not searched through.
    const int MostSources = 16, MostTries = 1500;

    readonly TestVerdict _verdict = new(rules);

    sealed record Try(RuleTestCase Like, SuggestedChange Change, JsonObject Event, Truth Verdict, IReadOnlyList<CutMutant> Kills);

    /// <summary>Suggests cases for every rule of a folder that has some.</summary>
    public IEnumerable<SuggestedCase> For(string dir, ICollection<Problem> problems)
    {
        var events = new TestEvents(dir);
        var cases = RuleFiles.Tests(dir).SelectMany(f => RuleTestFile.Read(f, problems)).ToLookup(c => c.Rule, StringComparer.OrdinalIgnoreCase);
        return rules.Documents.OfType<SigmaRule>().Where(r => cases.Contains(r.Id)).SelectMany(r => For(r, [.. cases[r.Id]], events));
    }

    IEnumerable<SuggestedCase> For(SigmaRule rule, IReadOnlyList<RuleTestCase> cases, TestEvents events)
    {
        var cut = new CutRule(rules, rule);
        var left = new RuleMutationRun(rules).Survivors(cut, cases, events);
        if (left.Count == 0) return [];
        var sources = cases.Where(c => c.Changes.Count == 0).Take(MostSources).Select(c => (Case: c, Event: new CaseRun(c, new Dictionary<string, string>(), null).Event(events, out _)))
            .Where(s => s.Event is not null).Select(s => (s.Case, Event: s.Event!)).ToList();
        var chosen = new List<Try>();
        Take(chosen, left, Tried(cut, left, sources, s => Named(events).Concat(OfLeaves(left, s))));
        if (left.Count > 0) Take(chosen, left, Tried(cut, left, sources, s => from a in OfLeaves(left, s) from b in Named(events).Concat(OfLeaves(left, s)) where a != b select Both(b, a)));
        return chosen.GroupBy(t => (t.Like, Word(t.Verdict))).Select(g => new SuggestedCase(rule.Name, g.Key.Like.File, g.Key.Like.It, g.Key.Item2, [.. g.Select(t => t.Change)]));
    }

    // The fewest, as far as greed finds them; first those that can be told from a case already taken from.
    void Take(List<Try> chosen, List<CutMutant> left, List<Try> tries)
    {
        while (left.Count > 0)
        {
            var best = tries.Select(t => (Try: t, Worth: t.Kills.Count(left.Contains))).Where(t => t.Worth > 0)
                .OrderBy(t => t.Try.Verdict == Truth.Unknown).ThenByDescending(t => t.Worth).ThenBy(t => t.Try.Change.Name is null).ThenBy(t => t.Try.Change.With.Count)
                .ThenByDescending(t => chosen.Any(c => c.Like == t.Try.Like && c.Verdict == t.Try.Verdict)).Select(t => t.Try).FirstOrDefault();
            if (best is null) return;
            tries.Remove(best);
            if (_verdict.Of(best.Like.Rule, best.Event, "native", best.Like.Cluster, out var problem) is not { } real || problem is not null || real.Truth != best.Verdict) continue;
            chosen.Add(best);
            left.RemoveAll(best.Kills.Contains);
        }
    }

    List<Try> Tried(CutRule cut, List<CutMutant> left, IReadOnlyList<(RuleTestCase Case, JsonObject Event)> sources, Func<JsonObject, IEnumerable<SuggestedChange>> changes)
    {
        var (tries, seen) = (new List<Try>(), new CaseEvents(rules.Symbols));
        foreach (var source in sources)
            foreach (var change in changes(source.Event).Take(MostTries / sources.Count))
            {
                var e = (JsonObject)source.Event.DeepClone();
                try
                {
                    EventPatch.Change(e, change.With);
                }
                catch (Exception fault) when (fault is FormatException or InvalidOperationException)
                {
                    continue;
                }

                if (seen.Only(e, source.Case.Cluster) is not { } one || cut.Answers(one) is not { } answers) continue;
                var verdict = cut.Verdict(answers);
                var kills = left.Where(m => cut.Verdict(answers, m) != verdict).ToList();
                if (kills.Count > 0) tries.Add(new(source.Case, change, e, verdict, kills));
            }

        return tries;
    }

    static IEnumerable<SuggestedChange> Named(TestEvents events) => events.Changes.Select(c => new SuggestedChange(c.Key, c.Value));

    IEnumerable<SuggestedChange> OfLeaves(IEnumerable<CutMutant> left, JsonObject e) =>
        left.Select(m => m.Leaf).Distinct().SelectMany(l => LeafChanges.Of(l, e, name => rules.Lists.Find(name) ?? [])).Select(with => new SuggestedChange(null, with));

    static SuggestedChange Both(SuggestedChange first, SuggestedChange then)
    {
        var with = (JsonObject)first.With.DeepClone();
        foreach (var (path, value) in then.With)
        {
            with.Remove(path);
            with[path] = value?.DeepClone();
        }

        return new SuggestedChange(null, with);
    }

    static string Word(Truth truth) => truth switch { Truth.True => "fire", Truth.False => "silent", _ => "unknown" };
}
