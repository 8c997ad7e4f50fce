using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

public sealed partial class DuckDbEventIndex
{
    /// <summary>Answers a question in SQL over <c>events</c>, <c>alerts</c> and <c>alert_evidence</c>. It cannot change anything, nor reach anything else.</summary>
    /// <exception cref="SqlRefusedException">It would do more than read, is not valid, or took too long.</exception>
    public Task<SqlAnswer> SqlAsync(SqlQuestion question, CancellationToken stop) => Task.Run(() =>
    {
        var connection = NewConnection();
        var command = connection.CreateCommand();
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(question.Timeout);
        var interrupt = default(CancellationTokenRegistration);
        try
        {
            SqlGuard.Check(connection, question.Text);
            DuckDbSchema.Run(connection, "begin transaction read only");
            command.CommandText = question.Text;
            command.UseStreamingMode = true;
            interrupt = deadline.Token.Register(command.Cancel);
            return new SqlAnswer(connection, command, command.ExecuteReader(), question.Limit, deadline, interrupt, stop);
        }
        catch (Exception failed)
        {
            var late = deadline.IsCancellationRequested;
            interrupt.Dispose();
            command.Dispose();
            connection.Dispose();
            deadline.Dispose();
            stop.ThrowIfCancellationRequested();
            if (SqlGuard.IsRefusal(failed)) throw SqlGuard.Refusal(failed, late);
            throw;
        }
    }, stop);
}
