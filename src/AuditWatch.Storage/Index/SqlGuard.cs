using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace AuditWatch.Storage.Index;

/// <summary>
/// Lets through one statement that reads, and nothing else. Three walls, each enough by itself against writing: what the parser says the statement is, a
/// read-only transaction, and (against files, other databases and extensions) a configuration that allows none and is locked.
/// </summary>
internal static partial class SqlGuard
{
    static readonly HashSet<string> Openings = new(StringComparer.OrdinalIgnoreCase)
    {
        "select", "with", "from", "values", "table", "describe", "desc", "show", "summarize", "explain", "pivot", "unpivot",
    };

    /// <exception cref="SqlRefusedException">It is not one statement that reads.</exception>
    public static void Check(DuckDBConnection connection, string sql)
    {
        var opening = FirstWord(sql);
        if (!Openings.Contains(opening)) throw OnlyReads(opening.Length == 0 ? "this" : opening.ToUpperInvariant());
        var count = NativeMethods.ExtractStatements.DuckDBExtractStatements(connection.NativeConnection, sql, out var statements);
        using (statements)
        {
            if (count < 1) throw new SqlRefusedException(NativeMethods.ExtractStatements.DuckDBExtractStatementsError(statements) ?? "There is no statement.");
            if (count > 1) throw new SqlRefusedException($"One statement at a time, please; these are {count}.");
            var state = NativeMethods.ExtractStatements.DuckDBPrepareExtractedStatement(connection.NativeConnection, statements, 0, out var prepared);
            using (prepared)
            {
                if (state != DuckDBState.Success) throw new SqlRefusedException(NativeMethods.PreparedStatements.DuckDBPrepareError(prepared) ?? "The statement is not valid.");
                if (TypeOf(prepared.DangerousGetHandle()) is not (DuckDBStatementType.Select or DuckDBStatementType.Explain)) throw OnlyReads(opening.ToUpperInvariant());
            }
        }
    }

    /// <summary>Whether a statement that began to run ended in a way to tell the asker of (interrupted, the library throws OperationCanceledException).</summary>
    public static bool IsRefusal(Exception failed) => failed is DuckDBException or OperationCanceledException;

    public static SqlRefusedException Refusal(Exception failed, bool late) => late
        ? new SqlRefusedException("The question took too long and was stopped; narrow it with a time range (where time > …), or allow it more time.", failed)
        : new SqlRefusedException(failed.Message, failed);

    static SqlRefusedException OnlyReads(string what) => new($"Only questions are answered here (SELECT, WITH, DESCRIBE, SHOW, EXPLAIN …); {what} is not run.");

    // The first word behind white space, comments and opening brackets.
    static string FirstWord(string sql)
    {
        var at = 0;
        while (at < sql.Length)
        {
            if (char.IsWhiteSpace(sql[at]) || sql[at] is '(' or ';') at++;
            else if (sql.AsSpan(at).StartsWith("--", StringComparison.Ordinal)) at = EndOf("\n", at);
            else if (sql.AsSpan(at).StartsWith("/*", StringComparison.Ordinal)) at = EndOf("*/", at + 2);
            else break;
        }

        var end = at;
        while (end < sql.Length && char.IsAsciiLetter(sql[end])) end++;
        return sql[at..end];

        int EndOf(string mark, int from)
        {
            var found = sql.IndexOf(mark, from, StringComparison.Ordinal);
            return found < 0 ? sql.Length : found + mark.Length;
        }
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_prepared_statement_type")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial DuckDBStatementType TypeOf(nint prepared);
}
