using System.Globalization;
using AuditWatch.Ingest.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Access;

/// <summary>
/// Our own audit log: records of kind <c>access</c> in the journal, chained and verified with everything else. No row leaves and nothing is changed before its record is
/// durable; when it cannot be, the answer is 503. Only refusals, which cost nothing to ask for, are counted rather than kept beyond some a minute.
/// </summary>
sealed partial class AccessLog(IJournal journal, TimeProvider clock, ILogger<AccessLog> log)
{
    const string Source = "api";
    readonly RateGate _refusals = new(clock, perSecond: 1, burst: 60);
    readonly RateGate _refusalsOfOne = new(clock, perSecond: 1.0 / 6, burst: 10);
    long _more, _requests;

    /// <summary>A name for a change, to pair its two records.</summary>
    public string NextRequest() => string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().ToUnixTimeMilliseconds():x}-{Interlocked.Increment(ref _requests):x}");

    /// <summary>Returns when the record is durable.</summary>
    /// <exception cref="IOException">It cannot be made so.</exception>
    public async Task WriteAsync(AccessNote note)
    {
        var cluster = note.Clusters.Contains(' ', StringComparison.Ordinal) || note.Clusters == "*" ? "" : note.Clusters;
        try
        {
            await journal.AppendAsync(new JournalBatch(cluster, Source, "", RecordKind.Access, [note.Write(clock.GetUtcNow())]), CancellationToken.None);
        }
        catch (Exception fault) when (fault is not IOException)
        {
            throw new IOException("The journal takes no record.", fault);
        }
    }

    /// <summary>What is past the point where it could be called off: a failure is said in the program's log.</summary>
    public async Task TryWriteAsync(AccessNote note)
    {
        try
        {
            await WriteAsync(note);
        }
        catch (IOException fault)
        {
            NotRecorded(log, note.Act, note.Name, note.Route, fault);
        }
    }

    /// <summary>Somebody was refused.</summary>
    public async Task RefusedAsync(HttpContext context, string route, Caller? caller, int status, string why)
    {
        var note = AccessNote.Of(context, "denied", route, caller, "") with { Status = status, Why = why };
        if (_refusalsOfOne.Take(note.Address) is not null || _refusals.Take("") is not null)
        {
            Interlocked.Increment(ref _more);
            return;
        }
        await TryWriteAsync(note with { More = Interlocked.Exchange(ref _more, 0) });
    }

    [LoggerMessage(3601, LogLevel.Error, "The access log could not take '{Act}' of {Name} on {Route}.")]
    static partial void NotRecorded(ILogger log, string act, string name, string route, Exception fault);
}
