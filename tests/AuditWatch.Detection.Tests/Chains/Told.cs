namespace AuditWatch.Detection.Tests.Chains;

/// <summary>What a chain makes of a history.</summary>
static class Told
{
    /// <summary>It is told once, by these requests.</summary>
    public static void Once(string chain, string level, params An[] history)
    {
        var lab = new Lab().Run(history);
        var alert = Assert.Single(lab.Of(chain));
        Assert.Equal(level, alert.Level);
        Assert.NotNull(alert.Window);
        Assert.False(lab.Engine.Reasoning["lab"].BlindChains.ContainsKey(chain), "What is told is not unknown.");
    }

    /// <summary>It is no story, and that is certain.</summary>
    public static void Never(string chain, params An[] history)
    {
        var lab = new Lab().Run(history);
        Assert.Empty(lab.Of(chain));
        Assert.False(lab.Engine.Reasoning["lab"].BlindChains.ContainsKey(chain), "It is said to be unknown.");
    }

    /// <summary>It may be a story: the log cannot say, for this reason.</summary>
    public static void Unknown(string chain, string reason, params An[] history)
    {
        var lab = new Lab().Run(history);
        Assert.Empty(lab.Of(chain));
        Assert.True(lab.Engine.Reasoning["lab"].BlindChains.GetValueOrDefault(chain)?.GetValueOrDefault(reason) > 0, "It is taken for certain.");
    }
}
