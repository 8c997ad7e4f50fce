using AuditWatch.Detection;
using AuditWatch.Events;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>
/// Exceptions that people make and end while a reader detects. From which record on one holds is noted in the state before anything is judged by it: after a crash, and under the next
/// owner, the same records are judged by the same exceptions.
/// </summary>
sealed partial class TakenExceptions(string reader, DetectionEngine engine, StateStore state, Committed committed, TimeProvider clock, ILogger log)
{
    static readonly TimeSpan s_every = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromSeconds(30);
    readonly HashSet<string> _said = new(StringComparer.Ordinal);
    long _looked = clock.GetTimestamp();
    int _seen = state.ExceptionChanges;

    /// <summary>Whether it is time to look for new ones: another process may have made some, or this one has.</summary>
    public bool AreDue => _seen != state.ExceptionChanges || clock.GetElapsedTime(_looked) >= s_every;

    /// <summary>Looks for new ones between two frames. A state that cannot be asked now is asked again before long.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        var seen = state.ExceptionChanges;
        _looked = clock.GetTimestamp();
        try
        {
            if (!await state.AreExceptionsNewAsync(reader, stop))
            {
                _seen = seen;
                return;
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            CouldNotLook(log, engine.Position, fault);
            return;
        }
        await TakeUpAsync(stop);
    }

    /// <summary>Takes up what there is. Nothing is judged before that is settled: whether it was noted decides what is hidden.</summary>
    public async Task TakeUpAsync(CancellationToken stop)
    {
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = pause * 2 > s_longestPause ? s_longestPause : pause * 2)
        {
            try
            {
                var seen = state.ExceptionChanges;
                var problems = new List<Problem>();
                engine.Hold(await state.TakeUpExceptionsAsync(reader, engine.Position, committed.Epoch, stop), problems);
                foreach (var problem in problems.Where(p => p.Severity == ProblemSeverity.Error && _said.Add($"{p.File} {p.Code} {p.Line}"))) Unreadable(log, problem.File, problem.Message);
                _seen = seen;
                return;
            }
            catch (Exception fault) when (fault is not (OperationCanceledException or ReaderTakenOverException))
            {
                CouldNotLook(log, engine.Position, fault);
                await Task.Delay(pause, clock, stop);
            }
        }
    }

    [LoggerMessage(3315, LogLevel.Error, "Could not look for exceptions at {Position}; it is tried again.")]
    static partial void CouldNotLook(ILogger log, EventPosition position, Exception fault);

    [LoggerMessage(3316, LogLevel.Error, "The exception {Id} cannot be read and hides nothing: {Why}")]
    static partial void Unreadable(ILogger log, string id, string why);
}
