using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Conversion;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules convert --to esql|lucene|sql RULE…</c>: rules as queries for hunting.</summary>
internal static class RuleConvertCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("convert", "Rules as queries for hunting: SQL for the embedded index, ES|QL or Lucene for Elasticsearch. A construct that cannot be said is refused with the reason.");
        var names = new Argument<string[]>("RULE") { Description = "Ids or names of rules; none: every rule.", Arity = ArgumentArity.ZeroOrMore };
        var to = new Option<string>("--to") { Description = "esql, lucene or sql.", Required = true };
        to.AcceptOnlyFromAmong("esql", "lucene", "sql");
        var rules = new RuleOptions();
        var format = OutputOptions.Format("text");
        format.Description = "text (default on a terminal): the queries alone; table, json, ndjson (default in a pipe).";
        command.Add(names);
        command.Add(to);
        rules.AddTo(command);
        command.Add(format);
        command.SetAction(parse =>
        {
            var snapshot = RuleOptions.Load(rules.Sources(parse), terminal);
            var language = Enum.Parse<HuntingLanguage>(parse.GetValue(to)!, ignoreCase: true);
            var wanted = parse.GetValue(names) is { Length: > 0 } some ? some : [.. snapshot.Rules.Select(r => r.Id)];
            var queries = wanted.Select(w => Convert(snapshot, w, language)).ToList();
            var asked = parse.GetValue(format);
            var isText = asked == "text" || (asked is null && terminal.OutputIsTerminal);
            if (isText)
                foreach (var query in queries.Where(q => q.Query is not null)) terminal.Result(query.Query!);
            else Rows(terminal, OutputOptions.Choose(asked, terminal), queries);
            var refused = queries.Where(q => q.Query is null).ToList();
            if (isText)
                foreach (var query in refused) terminal.Error($"{query.Rule.Name} (line {query.Line}): {query.Refusal}");
            terminal.Note($"{queries.Count - refused.Count} converted, {refused.Count} refused.");
            // Whoever names rules wants them all.
            return refused.Count > 0 && parse.GetValue(names) is { Length: > 0 } ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    static HuntingQuery Convert(Detection.Rules.RuleSnapshot rules, string name, HuntingLanguage language)
    {
        try
        {
            return HuntingQuery.Of(rules, name, language);
        }
        catch (KeyNotFoundException e)
        {
            throw new CommandFault(ExitCode.Usage, e.Message);
        }
    }

    static void Rows(Terminal terminal, OutputFormat format, IReadOnlyList<HuntingQuery> queries)
    {
        var writer = new RowWriter(terminal, format, "name", "refused", "query");
        foreach (var q in queries) writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { rule = q.Rule.Id, name = q.Rule.Name, query = q.Query, refused = q.Refusal, line = q.Line }));
        writer.End();
    }
}
