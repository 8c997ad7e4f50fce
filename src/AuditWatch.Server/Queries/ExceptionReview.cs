using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

/// <summary>How an exception stands, and why somebody should look at it again.</summary>
/// <param name="State">active, expiring, expired or ended.</param>
/// <param name="Use">What it has hidden; null: nothing.</param>
/// <param name="Why">Why it should be looked at; null: it need not.</param>
sealed record ExceptionReview(string State, ExceptionUse? Use, string? Why)
{
    static readonly TimeSpan s_soon = TimeSpan.FromDays(14), s_patience = TimeSpan.FromDays(30);

    public static ExceptionReview Of(string? file, StoredException? stored, ExceptionTrial trial, ExceptionUse? use, DateTimeOffset now)
    {
        if (stored?.EndedMicros is not null) return new ExceptionReview("ended", use, null);
        var micros = MicrosOf(now);
        if (!trial.HoldsAt(micros)) return new ExceptionReview("expired", use, "It has expired: what it hid is told again.");
        var state = trial.HoldsAt(MicrosOf(now + s_soon)) ? "active" : "expiring";
        if (state == "expiring") return new ExceptionReview(state, use, "It expires within 14 days.");
        var since = stored is not null ? DateTimeOffset.UnixEpoch.AddTicks(stored.CreatedMicros * TimeSpan.TicksPerMicrosecond) : File.GetLastWriteTimeUtc(file!);
        if (use is null && now - since >= s_patience) return new ExceptionReview(state, use, "It has hidden nothing in 30 days.");
        if (use is not null && micros - use.LastMicros >= s_patience.Ticks / TimeSpan.TicksPerMicrosecond) return new ExceptionReview(state, use, "It has hidden nothing in the last 30 days.");
        return new ExceptionReview(state, use, null);
    }

    static long MicrosOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
