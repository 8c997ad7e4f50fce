namespace AuditWatch.Detection.Counting;

/// <summary>Whether rules held in their order: at times that do not go back, each on a request of its own.</summary>
static class TemporalOrder
{
    /// <param name="steps">The rules, by the words that the correlation has for them.</param>
    /// <param name="window">What held, in order of time.</param>
    public static bool Holds(IReadOnlyList<string> steps, ReadOnlySpan<CountedRequest> window) => Follows(steps, 0, window, 0, []);

    // The earliest match serves every later step best; only among those of one moment a choice can be wrong, so that each of them is tried.
    static bool Follows(IReadOnlyList<string> steps, int step, ReadOnlySpan<CountedRequest> window, int from, Stack<CountedRequest> taken)
    {
        if (step == steps.Count) return true;
        long? moment = null;
        for (var i = from; i < window.Length && (moment is null || window[i].AtMicros == moment); i++)
        {
            var match = window[i];
            if (match.Value != steps[step] || taken.Any(t => t.Request == match.Request)) continue;
            moment = match.AtMicros;
            taken.Push(match);
            if (Follows(steps, step + 1, window, StartOf(window, i), taken)) return true;
            taken.Pop();
        }

        return false;
    }

    static int StartOf(ReadOnlySpan<CountedRequest> window, int place)
    {
        while (place > 0 && window[place - 1].AtMicros == window[place].AtMicros) place--;
        return place;
    }
}
