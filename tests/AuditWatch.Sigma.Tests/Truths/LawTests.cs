using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Truths;

/// <summary>What holds for every rule and every event.</summary>
public sealed class LawTests
{
    // Where the tests run once for every mutant of the code, a few rounds must do.
    static readonly int Rounds = Environment.GetEnvironmentVariable("AUDITWATCH_MUTATION") is { Length: > 0 } ? 40 : 800;

    // The same rules and events on every run; a failing seed names itself.
    static void ForAll(Action<RandomRules> law)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            try { law(new RandomRules(seed)); }
            catch (Exception wrong) { throw new InvalidOperationException($"seed {seed}: {wrong.Message}", wrong); }
        }
    }

    [Fact]
    public void The_compiled_rule_says_what_the_naive_one_says() => ForAll(random =>
    {
        var rule = random.Rule();
        var yaml = RandomRules.ToYaml(rule);
        var schema = new AnyField();
        var compiled = Rules.Compile(yaml, schema);
        for (var i = 0; i < 5; i++)
        {
            var (json, unknown) = (random.Event(), random.Unknown());
            var expected = NaiveRule.Ask(rule, json, unknown);
            var found = compiled.Evaluate(new JsonEvent(schema, json.ToJsonString(), unknown));
            Assert.True(expected == found, $"naive {expected}, compiled {found}\n{yaml}\n{json.ToJsonString()}\nunknown: {string.Join(",", unknown.Keys)}");
        }
    });

    [Fact]
    public void De_Morgan_and_double_negation_hold_with_their_reasons() => ForAll(random =>
    {
        var rule = random.Rule();
        var (json, unknown) = (random.Event().ToJsonString(), random.Unknown());
        var (a, b) = (rule.Selections.Keys.First(), rule.Selections.Keys.Last());
        Verdict Ask(string condition)
        {
            var schema = new AnyField();
            return Rules.Compile(RandomRules.ToYaml(rule, condition), schema).Evaluate(new JsonEvent(schema, json, unknown));
        }
        Assert.Equal(Ask($"not ({a} and {b})"), Ask($"not {a} or not {b}"));
        Assert.Equal(Ask($"not ({a} or {b})"), Ask($"not {a} and not {b}"));
        Assert.Equal(Ask(a), Ask($"not not {a}"));
        Assert.Equal(Ask($"not ({RandomRules.ToText(rule.Condition)})"), Ask(RandomRules.ToText(rule.Condition)).Negate());
        Assert.Equal(Ask("1 of them"), Ask(string.Join(" or ", rule.Selections.Keys)));
        Assert.Equal(Ask("all of them"), Ask(string.Join(" and ", rule.Selections.Keys)));
    });

    [Fact]
    public void Seeing_less_never_turns_yes_into_no_nor_no_into_yes() => ForAll(random =>
    {
        var schema = new AnyField();
        var compiled = Rules.Compile(RandomRules.ToYaml(random.Rule()), schema);
        var (json, unknown) = (random.Event().ToJsonString(), random.Unknown());
        var all = compiled.Evaluate(new JsonEvent(schema, json));
        var less = compiled.Evaluate(new JsonEvent(schema, json, unknown));
        Assert.NotEqual(Truth.Unknown, all.Truth);
        if (less.Truth != Truth.Unknown) Assert.Equal(all, less);
        // And a field that the rule does not read changes nothing.
        var unread = unknown.Where(u => !compiled.Fields.Contains(u.Key)).ToDictionary();
        Assert.Equal(all, compiled.Evaluate(new JsonEvent(schema, json, unread)));
    });

    [Fact]
    public void Explanations_exist_for_matches_only_and_show_fields_that_the_rule_reads() => ForAll(random =>
    {
        var schema = new AnyField();
        var compiled = Rules.Compile(RandomRules.ToYaml(random.Rule()), schema);
        var view = new JsonEvent(schema, random.Event().ToJsonString(), random.Unknown());
        var leaves = compiled.Explain(view);
        if (compiled.Evaluate(view).Truth != Truth.True) Assert.Empty(leaves);
        Assert.All(leaves, l => Assert.Contains(l.Field.Split('.', '[')[0], compiled.Fields));
        Assert.All(leaves, l => Assert.StartsWith("s", l.Selection, StringComparison.Ordinal));
    });

    [Fact]
    public void An_event_with_another_value_than_the_possible_ones_cannot_match() => ForAll(random =>
    {
        var schema = new AnyField();
        var compiled = Rules.Compile(RandomRules.ToYaml(random.Rule()), schema);
        for (var i = 0; i < 10; i++)
        {
            var (json, unknown) = (random.Event(), random.Unknown());
            foreach (var field in new[] { "a", "b" })
            {
                if (unknown.ContainsKey(field) || compiled.PossibleValues(field) is not { } possible) continue;
                var text = json[field] switch { null => null, var v when v.GetValueKind() == System.Text.Json.JsonValueKind.String => v.GetValue<string>(), _ => "" };
                if (text is null || (text.Length > 0 && !possible.Contains(text)))
                    Assert.Equal(Truth.False, compiled.Evaluate(new JsonEvent(schema, json.ToJsonString(), unknown)).Truth);
            }
        }
    });

    [Fact]
    public void A_yes_or_no_about_a_marked_text_holds_whatever_stood_there() => ForAll(random =>
    {
        var schema = new AnyField();
        var compiled = Rules.Compile(RandomRules.ToYaml(random.Rule()), schema);
        string[] parts = ["get", "list", "x", "t", "", "tür", "5"];
        var json = random.Event();
        var pick = new Random(json.ToJsonString().Length);
        string Part() => parts[pick.Next(parts.Length)];
        var (before, after) = (Part(), Part());
        json["a"] = before + "[redacted:0f]" + after;
        var verdict = compiled.Evaluate(new JsonEvent(schema, json.ToJsonString()));
        if (verdict.Truth == Truth.Unknown) { Assert.Equal(UnknownReason.Redacted, verdict.Why); return; }
        foreach (var secret in new[] { "q", "get", "list", "5", "😀", "etl", "*", "zz zz" })
        {
            json["a"] = before + secret + after;
            Assert.Equal(verdict, compiled.Evaluate(new JsonEvent(schema, json.ToJsonString())));
        }
    });
}
