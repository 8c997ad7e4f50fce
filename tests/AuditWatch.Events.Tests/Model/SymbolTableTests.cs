using System.Text;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class SymbolTableTests
{
    [Fact]
    public void Equal_texts_have_one_symbol_and_one_string()
    {
        var table = new SymbolTable();
        var get = table.Intern("get"u8);
        Assert.Equal(get, table.Intern("get"u8));
        Assert.Equal(get, table.Intern("get"));
        Assert.Equal(get, table.Find("get"u8));
        Assert.NotEqual(get, table.Intern("list"u8));
        Assert.Equal("get", table.TextOf(get));
        Assert.Same(table.TextOf(get), table.TextOf(table.Intern("get"u8)));
        Assert.Equal(-1, table.Find("never seen"u8));
    }

    [Fact]
    public void A_full_table_interns_nothing_more_and_counts_it()
    {
        var table = new SymbolTable(capacity: 1000);
        for (var i = 0; i < 1500; i++) table.Intern($"text {i}");
        Assert.InRange(table.Count, 990, 1000);
        Assert.Equal(1500 - table.Count, table.Overflow);
        Assert.Equal(0, table.Find("text 0"u8));
        Assert.Equal(-1, table.Intern("one more"u8));
    }

    [Fact]
    public void Long_texts_are_not_interned()
    {
        var table = new SymbolTable();
        Assert.Equal(-1, table.Intern(new byte[SymbolTable.LongestText + 1]));
        Assert.NotEqual(-1, table.Intern(new byte[SymbolTable.LongestText]));
    }

    [Fact]
    public void Texts_that_clients_choose_cannot_push_out_the_others()
    {
        var table = new SymbolTable(capacity: 1000);
        for (var i = 0; i < 5000; i++) table.FindOrAdd(Encoding.UTF8.GetBytes($"agent {i}"), clientChosen: true);
        Assert.InRange(table.Count, 1, 500);
        Assert.NotEqual(-1, table.Intern("secrets"u8));
    }

    [Fact]
    public void Threads_agree_on_every_symbol()
    {
        var table = new SymbolTable();
        var texts = Enumerable.Range(0, 20_000).Select(i => Encoding.UTF8.GetBytes($"resource-{i}")).ToArray();
        var symbols = new int[4][];
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(thread);
            var mine = new int[texts.Length];
            foreach (var i in Enumerable.Range(0, texts.Length).OrderBy(_ => random.Next()).ToArray())
            {
                mine[i] = table.Intern(texts[i]);
                Assert.Equal(Encoding.UTF8.GetString(texts[i]), table.TextOf(mine[i]));
            }

            symbols[thread] = mine;
        });
        Assert.All(symbols, s => Assert.Equal(symbols[0], s));
        Assert.Equal(texts.Length, symbols[0].Distinct().Count());
        Assert.Equal(0, table.Overflow);
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        var table = new SymbolTable();
        table.Intern("pods"u8);
        for (var i = 0; i < 100; i++) table.Intern("pods"u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) table.Intern("pods"u8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
