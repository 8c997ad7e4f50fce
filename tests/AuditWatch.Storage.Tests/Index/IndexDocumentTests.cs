using System.Text.RegularExpressions;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>docs/index.md says what is there.</summary>
public sealed partial class IndexDocumentTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_columns_are_those_of_the_tables_and_its_questions_are_answered()
    {
        using var folder = new TemporaryFolder();
        await using var index = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var document = await File.ReadAllTextAsync(DocumentPath(), Stop);

        var columns = document[document.IndexOf("## Columns of `events`", StringComparison.Ordinal)..document.IndexOf("## Promises", StringComparison.Ordinal)];
        var named = Row().Matches(columns).SelectMany(row => Name().Matches(row.Groups[1].Value)).Select(name => name.Groups[1].Value);
        Assert.Equal((await ColumnsAsync(index, "events")).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

        foreach (var table in new[] { "alerts", "alert_evidence" })
            Assert.Contains($"`{string.Join(", ", (await ColumnsAsync(index, table)).Select(column => column))}`", document, StringComparison.Ordinal);

        var questions = Block().Matches(document).Select(block => block.Groups[1].Value).Concat(Command().Matches(document).Select(command => command.Groups[1].Value)).ToList();
        Assert.Equal(2, questions.Count);
        foreach (var question in questions)
        {
            using var answer = await index.SqlAsync(new SqlQuestion(question), Stop);
            Assert.Empty(answer.Rows());
        }
    }

    static async Task<List<string>> ColumnsAsync(DuckDbEventIndex index, string table)
    {
        using var answer = await index.SqlAsync(new SqlQuestion($"describe {table}"), Stop);
        return answer.Rows().Select(row => (string)row[0]!).ToList();
    }

    static string DocumentPath()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "AuditWatch.sln"))) root = Path.GetDirectoryName(root)!;
        return Path.Combine(root, "docs", "index.md");
    }

    [GeneratedRegex(@"^\| (`.*?) \| ", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("""`auditwatch sql "(.*?)"`""")]
    private static partial Regex Command();
}
