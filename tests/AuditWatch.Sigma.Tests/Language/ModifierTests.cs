namespace AuditWatch.Sigma.Tests.Language;

/// <summary>Every row of the table of modifiers, with what it matches and what it does not.</summary>
public sealed class ModifierTests
{
    const string Event = """
        {"text":"Hello World","path":"C:\\Windows\\System32","code":403,"size":"1500","flag":true,"nothing":null,"empty":"","cmd":"tool /s –x",
         "b64":"cHJlZml4IHB3bmVkIHN1ZmZpeA==","time":"2026-11-25T22:24:40.123456Z","ip":"10.1.2.3","six":"fd00::12","mapped":"::ffff:10.9.9.9",
         "list":["alpha","beta"],"nested":[["deep"],"flat"],"same":"hello world","other":"WORLD","wide":"aGkAIAB0AGgAZQByAGUA","number":403.0,"lines":"one\ntwo"}
        """;

    [Theory]
    [InlineData("contains", "text|contains: 'LO WO'", true)]
    [InlineData("contains", "text|contains: low", false)]
    [InlineData("contains", "text|contains: 'h?llo*ld'", true)]
    [InlineData("startswith", "text|startswith: hello", true)]
    [InlineData("startswith", "text|startswith: world", false)]
    [InlineData("endswith", "text|endswith: WORLD", true)]
    [InlineData("endswith", "text|endswith: hello", false)]
    [InlineData("all", "text|contains|all: [hello, world]", true)]
    [InlineData("all", "text|contains|all: [hello, mars]", false)]
    [InlineData("all on an array: each value by any member", "list|all: [alpha, beta]", true)]
    [InlineData("all on an array: each value by any member", "list|all: [alpha, gamma]", false)]
    [InlineData("exists", "text|exists: true", true)]
    [InlineData("exists: present but null", "nothing|exists: true", true)]
    [InlineData("exists: present but empty", "empty|exists: true", true)]
    [InlineData("exists", "missing|exists: true", false)]
    [InlineData("exists", "missing|exists: false", true)]
    [InlineData("exists", "text|exists: false", false)]
    [InlineData("cased", "text|cased: Hello World", true)]
    [InlineData("cased", "text|cased: hello world", false)]
    [InlineData("cased", "text|contains|cased: World", true)]
    [InlineData("cased", "text|contains|cased: world", false)]
    [InlineData("neq", "text|neq: other", true)]
    [InlineData("neq", "text|neq: hello world", false)]
    [InlineData("neq: of a list, none of them", "text|neq: [hello world, other]", false)]
    [InlineData("neq: an absent field differs", "missing|neq: other", true)]
    [InlineData("neq: an array differs if no member is equal", "list|neq: alpha", false)]
    [InlineData("neq: an array differs if no member is equal", "list|neq: gamma", true)]
    [InlineData("neq", "text|contains|neq: lo", false)]
    [InlineData("neq|all", "list|neq|all: [alpha, gamma]", true)]
    [InlineData("windash: a slash for a dash", "cmd|windash|contains: ' -s'", true)]
    [InlineData("windash: an en dash for a slash", "cmd|windash|contains: ' /x'", true)]
    [InlineData("windash: only before words", "path|windash|contains: 'C:-'", false)]
    [InlineData("re", "text|re: 'W[a-z]{4}$'", true)]
    [InlineData("re: case-sensitive", "text|re: 'w[a-z]{4}$'", false)]
    [InlineData("re|i", "text|re|i: 'w[a-z]{4}$'", true)]
    [InlineData("re|m", "lines|re|m: '^two$'", true)]
    [InlineData("re|m", "lines|re: '^two$'", false)]
    [InlineData("re|s", "lines|re|s: 'one.two'", true)]
    [InlineData("re|s", "lines|re: 'one.two'", false)]
    [InlineData("re|ignorecase", "text|re|ignorecase: '^hello'", true)]
    [InlineData("re on a number's text", "code|re: '^4\\d\\d$'", true)]
    [InlineData("re|startswith", "text|re|startswith: 'W'", false)]
    [InlineData("re|endswith", "text|re|endswith: 'W[a-z]*'", true)]
    [InlineData("base64", "b64|base64|contains: 'prefix pw'", true)]
    [InlineData("base64: only at the start", "b64|base64|contains: pwned", false)]
    [InlineData("base64offset", "b64|base64offset|contains: pwned", true)]
    [InlineData("base64offset", "b64|base64offset|contains: owned", false)]
    [InlineData("wide, base64offset", "wide|wide|base64offset|contains: there", true)]
    [InlineData("utf16le", "wide|utf16le|base64offset|contains: there", true)]
    [InlineData("utf16be", "wide|utf16be|base64|contains: there", false)]
    [InlineData("lt", "code|lt: 404", true)]
    [InlineData("lt", "code|lt: 403", false)]
    [InlineData("lte", "code|lte: 403", true)]
    [InlineData("gt", "code|gt: 402.5", true)]
    [InlineData("gte", "code|gte: 404", false)]
    [InlineData("gt: a numeral in a text", "size|gt: 999", true)]
    [InlineData("gt: a text that is no number", "text|gt: 1", false)]
    [InlineData("gt: a text that is no number", "text|lt: 1", false)]
    [InlineData("gt: an absent field", "missing|gt: 1", false)]
    [InlineData("minute", "time|minute: 24", true)]
    [InlineData("hour", "time|hour|gte: 22", true)]
    [InlineData("hour", "time|hour|lt: 22", false)]
    [InlineData("day", "time|day: 25", true)]
    [InlineData("week", "time|week: 48", true)]
    [InlineData("month", "time|month: [10, 11]", true)]
    [InlineData("year", "time|year: 2025", false)]
    [InlineData("year: no date", "text|year: 2025", false)]
    [InlineData("cidr", "ip|cidr: 10.0.0.0/8", true)]
    [InlineData("cidr", "ip|cidr: 10.1.2.0/25", true)]
    [InlineData("cidr", "ip|cidr: 10.1.2.4/30", false)]
    [InlineData("cidr: an address is a network of one", "ip|cidr: 10.1.2.3", true)]
    [InlineData("cidr", "ip|cidr: [192.168.0.0/16, 10.0.0.0/8]", true)]
    [InlineData("cidr: IPv6", "six|cidr: fd00::/8", true)]
    [InlineData("cidr: IPv6", "six|cidr: fe80::/10", false)]
    [InlineData("cidr: IPv4 inside IPv6", "mapped|cidr: 10.0.0.0/8", true)]
    [InlineData("cidr: a text that is no address", "text|cidr: 0.0.0.0/0", false)]
    [InlineData("fieldref", "text|fieldref: same", true)]
    [InlineData("fieldref|cased", "text|fieldref|cased: same", false)]
    [InlineData("fieldref", "text|fieldref: path", false)]
    [InlineData("fieldref: number by value", "code|fieldref: number", true)]
    [InlineData("fieldref: absent", "text|fieldref: missing", false)]
    [InlineData("fieldref|neq", "text|fieldref|neq: path", true)]
    [InlineData("fieldref|endswith", "text|fieldref|endswith: other", true)]
    [InlineData("fieldref|startswith", "text|fieldref|startswith: other", false)]
    [InlineData("fieldref|contains", "text|fieldref|contains: other", true)]
    public void Row(string row, string item, bool expected) => Assert.True(expected == (Rules.Truth1(item, Event).ToString() == "True"), row + ": " + item);

    [Fact]
    public void utf16_begins_with_a_byte_order_mark()
    {
        Assert.Equal("True", Rules.Truth1("b|utf16|base64: hi", """{"b":"//5oAGkA"}""").ToString());
        Assert.Equal("False", Rules.Truth1("b|wide|base64: hi", """{"b":"//5oAGkA"}""").ToString());
        Assert.Equal("True", Rules.Truth1("b|utf16be|base64: hi", """{"b":"AGgAaQ=="}""").ToString());
    }

    [Fact]
    public void Expand_takes_the_entries_of_a_list()
    {
        var lists = new Lists(new() { ["admins"] = ["root", "Jane"], ["nets"] = ["10.0.0.0/8", "fd00::/8"], ["ns"] = ["kube-*"] });
        Ask("user|expand: '%admins%'", """{"user":"jane"}""", true);
        Ask("user|expand: '%admins%'", """{"user":"joe"}""", false);
        Ask("user|expand: ['%admins%', joe-%admins%]", """{"user":"joe-root"}""", true);
        Ask("user|contains|expand: '%admins%'", """{"user":"the root of"}""", true);
        Ask("ip|cidr|expand: '%nets%'", """{"ip":"10.200.0.1"}""", true);
        Ask("ip|expand|cidr: '%nets%'", """{"ip":"11.200.0.1"}""", false);
        Ask("ns|expand: '%ns%'", """{"ns":"kube-system"}""", true);
        Ask("user|expand: 'a\\%b-%admins%'", """{"user":"a%b-root"}""", true);
        Ask("user|expand|all|contains: '%admins%'", """{"user":"root and jane"}""", true);
        Ask("user|expand|all|contains: '%admins%'", """{"user":"root and john"}""", false);

        void Ask(string item, string json, bool expected) =>
            Assert.Equal(expected ? "True" : "False", Rules.Ask($"selection:\n  {item}\ncondition: selection", json, lists: lists).Truth.ToString());
    }
}
