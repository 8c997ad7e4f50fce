using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Loading;

public sealed class DocumentTests
{
    const string Full = """
        # A comment.
        title: Secret read by night
        id: 5F6B1C3E-0c64-4f0b-9a50-8d8b0f4c2a11
        name: night_reader
        related: [{id: 0a6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11, type: similar}]
        taxonomy: audit
        status: stable
        description: Somebody.
        author: Us
        references: [https://example.org]
        date: 2026-11-25
        modified: '2026-11-26'
        tags: [attack.credential-access, attack.t1552.007]
        logsource: {product: kubernetes, service: audit, definition: all}
        detection:
          selection: &s {verb: get}
          again: *s
          condition: selection and again
        fields: [user.username]
        falsepositives: [Backups]
        level: high
        auditwatch: {alert: false, requires: {level: Metadata}, lint: {AW2014: 3, AW2015: 1.5}, runbook: [look, ask]}
        """;

    [Fact]
    public void The_head_is_read_whole()
    {
        var rule = Rules.Parse(Full);
        Assert.Equal("5f6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11", rule.Id);
        Assert.Equal("night_reader", rule.Name);
        Assert.Equal("high", rule.Level);
        Assert.Equal("stable", rule.Status);
        Assert.Equal("audit", rule.Taxonomy);
        Assert.Equal(("kubernetes", null, "audit"), rule.LogSource);
        Assert.Equal(["attack.credential-access", "attack.t1552.007"], rule.Tags);
        Assert.Equal(["Backups"], rule.FalsePositives);
        Assert.Equal("2026-11-25", rule.Date);
        Assert.Equal("2026-11-26", rule.Modified);
        Assert.Equal([new SigmaRelation("0a6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11", "similar")], rule.Related);
        Assert.Equal(["user.username"], rule.ShownFields);
        Assert.Equal(2, rule.Line);
        var block = Assert.IsType<Dictionary<string, object?>>(Assert.Contains("auditwatch", rule.Custom));
        Assert.Equal(false, block["alert"]);
        Assert.Equal(3L, Assert.IsType<Dictionary<string, object?>>(block["lint"])["AW2014"]);
        Assert.Equal(1.5, Assert.IsType<Dictionary<string, object?>>(block["lint"])["AW2015"]);
        Assert.Equal(["look", "ask"], Assert.IsType<List<object?>>(block["runbook"]));
    }

    [Fact]
    public void What_is_optional_may_be_left_out()
    {
        var rule = Rules.Parse("title: 'A  Rule: with / Ümlauts!'\nlogsource: {product: x}\ndetection: {s: {a: 1}, condition: s}");
        Assert.Equal("medium", rule.Level);
        Assert.Equal("a-rule-with-mlauts", rule.Name);
        Assert.Equal('5', rule.Id[14]);
        Assert.True(Guid.TryParse(rule.Id, out _));
    }

    [Fact]
    public void A_derived_id_depends_on_title_and_detection_only()
    {
        string Id(string text) => Rules.Parse(text).Id;
        var id = Id("title: T\nlogsource: {product: x}\ndetection: {s: {a: 1, b: 'x'}, condition: s}");
        Assert.Equal(id, Id("# comment\nlevel: high\ntitle: 'T'\nlogsource: {product: y}\ndetection:\n  condition: s\n  s:\n    b: x\n    a: 1\n"));
        Assert.NotEqual(id, Id("title: U\nlogsource: {product: x}\ndetection: {s: {a: 1, b: 'x'}, condition: s}"));
        Assert.NotEqual(id, Id("title: T\nlogsource: {product: x}\ndetection: {s: {a: '1', b: 'x'}, condition: s}"));
        // Fixed for ever: alert ids are made of rule ids.
        Assert.Equal("9f49380e-d1b0-5060-9e19-7b127542e142", id);
    }

    [Fact]
    public void A_file_may_hold_several_documents_of_several_kinds()
    {
        var result = SigmaParser.Parse(Full + "\n---\n" + """
            title: Not the backup
            logsource: {product: kubernetes}
            filter:
              rules: [night_reader]
              selection: {user.username: backup}
              condition: not selection
            ---
            title: Many readers
            correlation:
              type: value_count
              rules: [night_reader]
              group-by: [objectRef.namespace]
              timespan: 1h
              condition: {gte: 3, lt: 100, field: user.username}
            level: high
            """, "three.yml");
        Assert.Empty(result.Problems);
        Assert.Equal([typeof(SigmaRule), typeof(SigmaFilter), typeof(SigmaCorrelation)], result.Documents.Select(d => d.GetType()));
        Assert.Equal([2, 24, 31], result.Documents.Select(d => d.Line));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_not_matter() => Rules.Parse("\uFEFF" + Rules.Text("s: {a: 1}\ncondition: s").Replace("\n", "\r\n", StringComparison.Ordinal));
}
