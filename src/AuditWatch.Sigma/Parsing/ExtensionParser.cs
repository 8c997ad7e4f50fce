using System.Globalization;
using AuditWatch.Sigma.Extensions;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads the <c>auditwatch</c> block. Every key is known, or the document is refused: a misspelt one must not silently mean nothing.</summary>
internal sealed class ExtensionParser(YamlMap document, ProblemList problems)
{
    const int MostSuppressed = 5, MostFirstSeen = 3, MostSeen = 100, MostSpans = 1000;

    static readonly string[] Everywhere = ["alert", "close_note", "level_reason", "requires", "lint", "runbook", "entities"];

    static readonly string[] AbsenceForbids = ["first_seen", "metrics", "window", "usual"];

    readonly DocumentHead _head = new(document, problems);

    /// <summary>The block of a rule.</summary>
    public SigmaExtensions OfRule() => Block([.. Everywhere, "suppress"]) is { } block ? new SigmaExtensions { Suppress = Suppress(block, null) } : SigmaExtensions.None;

    /// <summary>The block of a filter.</summary>
    public SigmaExtensions OfFilter()
    {
        Block([.. Everywhere, "owner", "reason", "expires"]);
        return SigmaExtensions.None;
    }

    /// <summary>The block of a correlation.</summary>
    public SigmaExtensions OfCorrelation(SigmaCorrelation correlation) => Block([.. Everywhere, "suppress", "first_seen", "metrics", "window", "absence", "usual"]) is { } block
        ? new SigmaExtensions
        {
            Suppress = Suppress(block, correlation), FirstSeen = FirstSeen(block, correlation), Absence = Absence(block, correlation), Usual = Usual(block, correlation),
            Metrics = new MetricParser(problems).Read(block, correlation), IsTumbling = IsTumbling(block, correlation),
        }
        : SigmaExtensions.None;

    YamlMap? Block(string[] keys)
    {
        if (document.Find("auditwatch") is not { } found) return null;
        if (found is YamlMap map)
        {
            Keys(map, "auditwatch", keys);
            return map;
        }

        problems.Error(Codes.WrongType, found.Place, $"'auditwatch' must be a map, not {found.Noun}.", $"Keys: {string.Join(", ", keys)}.");
        return null;
    }

    Suppression? Suppress(YamlMap block, SigmaCorrelation? correlation)
    {
        if (Part(block, "suppress", ["by", "for"]) is not { } part) return null;
        var by = _head.Names(part, "by");
        if (by.Count == 0 && correlation is not null) by = correlation.GroupBy;
        if (correlation is null && by.Count == 0) Misused(part.Place, "'suppress' does not say by which fields.", "Add for instance 'by: [user.username]'.");
        if (by.Count > MostSuppressed) Misused(part.Place, $"'suppress' takes at most {MostSuppressed} fields.", "Name fewer.");
        if (correlation is not null && by.FirstOrDefault(f => !correlation.GroupBy.Contains(f)) is { } other)
            Misused(part.Find("by")!.Place, $"'{other}' is not in 'group-by'; an alert of a correlation is about its group, and knows no other field.", "Suppress by entries of 'group-by'.");
        return Span(part, "for", "24h") is { } span ? new Suppression(by, span) : null;
    }

    FirstSeen? FirstSeen(YamlMap block, SigmaCorrelation correlation)
    {
        if (Part(block, "first_seen", ["learning", "events", "per"]) is not { } part) return null;
        if (correlation.Type != CorrelationType.EventCount || correlation.Bounds is not [{ Operator: "eq", Value: 1 }])
            Misused(part.Place, "'first_seen' belongs to an event_count with 'condition: {eq: 1}': the one match of its group within the timespan.", "Write 'type: event_count' and 'condition: {eq: 1}'.");
        if (correlation.GroupBy.Count is 0 or > MostFirstSeen)
            Misused(part.Place, $"'first_seen' needs one to {MostFirstSeen} entries in 'group-by': what is new.", "Name the fields whose values together are new or not.");
        var per = _head.Names(part, "per");
        if (per.FirstOrDefault(f => !correlation.GroupBy.Contains(f)) is { } other)
            Misused(part.Find("per")!.Place, $"'{other}' is not in 'group-by'.", "Learn per one or more entries of 'group-by'.");
        if (per.Count > 0 && per.Count >= correlation.GroupBy.Count)
            Misused(part.Find("per")!.Place, "With all of 'group-by' in 'per' nothing could ever be new.", "Leave out of 'per' what is to be new.");
        var events = Number(part, "events", 0);
        if (Span(part, "learning", "7d") is not { } learning) return null;
        if (learning >= correlation.Timespan)
            Misused(part.Find("learning")!.Place, "Learning must end before the timespan does: what was learned first would be forgotten by then.", "Make 'timespan' (the history) longer than 'learning'.");
        return new FirstSeen(learning, events, per);
    }

    Absence? Absence(YamlMap block, SigmaCorrelation correlation)
    {
        if (Part(block, "absence", ["seen"]) is not { } part) return null;
        if (correlation.Type != CorrelationType.EventCount || correlation.Bounds is not [{ Operator: "eq", Value: 0 }])
            Misused(part.Place, "'absence' belongs to an event_count with 'condition: {eq: 0}': no match of its group within the timespan.", "Write 'type: event_count' and 'condition: {eq: 0}'.");
        if (AbsenceForbids.FirstOrDefault(k => block.Find(k) is not null) is { } other)
            Misused(part.Place, $"'absence' and '{other}' are two questions.", "Make two correlations.");
        var seen = Number(part, "seen", 1);
        if (seen > MostSeen) Misused(part.Find("seen")!.Place, $"'seen' is at most {MostSeen}.", "Write a smaller number.");
        return new Absence((int)Math.Min(seen, MostSeen));
    }

    Usual? Usual(YamlMap block, SigmaCorrelation correlation)
    {
        if (Part(block, "usual", ["times", "history", "learning"]) is not { } part) return null;
        if (correlation.Type != CorrelationType.EventCount || block.Find("first_seen") is not null)
            Misused(part.Place, "'usual' belongs to an event_count.", "Write 'type: event_count'.");
        var times = 0d;
        if (part.Find("times") is not YamlScalar text || text.ToSigma() is not { Kind: SigmaScalarKind.Number } number || (times = double.Parse(number.Text, CultureInfo.InvariantCulture)) is <= 1 or > 1_000_000)
            problems.Error(Codes.BadValue, (part.Find("times") ?? part).Place, "'times' must be a number above 1: how many times the usual count.", "Write for instance 'times: 10'.");
        if (Span(part, "history", "7d") is not { } history || Span(part, "learning", "1d") is not { } learning) return null;
        if (history.Ticks / correlation.Timespan.Ticks is < 2 or > MostSpans)
            Misused(part.Find("history")!.Place, $"The history must be 2 to {MostSpans} timespans long.", "Make 'history' longer or shorter, or change 'timespan'.");
        if (learning < correlation.Timespan || learning > history)
            Misused(part.Find("learning")!.Place, "Learning takes at least one timespan, and no longer than the history.", "Write for instance a seventh of the history.");
        return new Usual(times, history, learning);
    }

    bool IsTumbling(YamlMap block, SigmaCorrelation correlation)
    {
        if (block.Find("window") is not { } found) return false;
        if (found is not YamlScalar { Text: "tumbling" or "sliding" } written)
        {
            problems.Error(Codes.BadValue, found.Place, "'window' must be tumbling or sliding.", null);
            return false;
        }

        if (written.Text == "sliding") return false;
        if (correlation.IsTemporal || block.Find("first_seen") is not null)
            Misused(found.Place, "Windows tumble under what is counted: a story, or the first time of something, is not cut at a full hour.", "Leave 'window' out, or count.");
        return true;
    }

    YamlMap? Part(YamlMap block, string name, string[] keys)
    {
        if (block.Find(name) is not { } found) return null;
        if (found is YamlMap map)
        {
            Keys(map, name, keys);
            return map;
        }

        problems.Error(Codes.WrongType, found.Place, $"'{name}' must be a map, not {found.Noun}.", $"Keys: {string.Join(", ", keys)}.");
        return null;
    }

    void Keys(YamlMap map, string name, string[] keys)
    {
        foreach (var (key, _) in map.Items)
            if (!keys.Contains(key.Text))
                problems.Error(Codes.UnknownKey, key.Place, $"'{key.Text}' is no key of '{name}' here.", Suggestion.For(key.Text, keys) is { } near ? $"Did you mean '{near}'?" : $"Keys: {string.Join(", ", keys)}.");
    }

    TimeSpan? Span(YamlMap map, string key, string example)
    {
        if (map.Find(key) is YamlScalar text && CorrelationParser.TryTimespan(text.Text, out var span)) return span;
        problems.Error(Codes.Timespan, (map.Find(key) ?? map).Place, $"'{key}' is missing or no timespan.", $"Write a whole number and s, m, h, d or w, for instance '{key}: {example}'.");
        return null;
    }

    long Number(YamlMap map, string key, long missing)
    {
        if (map.Find(key) is not { } found) return missing;
        if (found is YamlScalar text && long.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000_000_000) return number;
        problems.Error(Codes.BadValue, found.Place, $"'{key}' must be a whole number from 1 to 1,000,000,000.", null);
        return missing;
    }

    void Misused(Place place, string message, string fix) => problems.Error(Codes.Extension, place, message, fix);
}
