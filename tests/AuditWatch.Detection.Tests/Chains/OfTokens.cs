using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Chains;

public sealed class OfTokens
{
    static An Stolen(An deed) => deed.By(Account).From(Thief).With("JTI=1");

    public static TheoryData<string> Ends => ["stolen-token-enters-pods", "stolen-token-creates-workload", "stolen-token-grants-rights", "stolen-token-reads-secrets"];

    static An End(string chain) => chain switch
    {
        "stolen-token-enters-pods" => Exec(3),
        "stolen-token-creates-workload" => PodOf(3, "default"),
        "stolen-token-grants-rights" => Bind(3, "other"),
        _ => ReadSecrets(3),
    };

    [Theory, MemberData(nameof(Ends))]
    public void A_token_away_from_home_is_told_by_what_it_does(string chain) => Told.Once(chain, "critical", Mint(0), Stolen(Look(1)), Stolen(End(chain)));

    [Theory, MemberData(nameof(Ends))]
    public void The_same_deed_at_home_with_another_token_or_before_the_theft_is_nothing(string chain)
    {
        Told.Never(chain, Mint(0), Stolen(Look(1)).From(Minter), Stolen(End(chain)).From(Minter));
        Told.Never(chain, Mint(0), Stolen(Look(1)), Stolen(End(chain)).With("JTI=2"));
        Told.Never(chain, Mint(0), Stolen(Look(1)), Stolen(End(chain)).From(Minter));
    }

    [Fact]
    public void Entering_a_pod_and_then_using_its_token_by_hand_is_told()
    {
        var use = Look(60).By("system:serviceaccount:prod:web") with { Agent = "curl/8.5.0", CallerPod = "web-1" };
        Told.Once("pod-entered-then-its-account-used", "high", Exec(0), use);
        Told.Never("pod-entered-then-its-account-used", Exec(0, "web-2"), use);
        Told.Never("pod-entered-then-its-account-used", Exec(0), use with { Agent = "web/1.0" });
        Told.Never("pod-entered-then-its-account-used", use with { At = 0 }, Exec(60));
        Told.Never("pod-entered-then-its-account-used", Exec(0), use with { At = 4000 });
    }

    [Fact]
    public void A_token_that_is_kept_in_a_secret_and_read_by_its_maker_is_told()
    {
        Told.Once("token-secret-made-and-read", "critical", TokenSecret(0), ReadSecret(20, "forever"));
        Told.Never("token-secret-made-and-read", TokenSecret(0), ReadSecret(20, "other"));
        Told.Never("token-secret-made-and-read", TokenSecret(0), ReadSecret(20, "forever").By("bob"));
        Told.Unknown("token-secret-made-and-read", "level_too_low", TokenSecret(0).Blind(), ReadSecret(20, "forever"));
    }

    [Fact]
    public void A_pod_of_an_account_that_creates_pods_is_told()
    {
        var first = PodOf(0, "spreader", "runner").By(Account);
        var next = PodOf(60, "spreader", "next").By("system:serviceaccount:ci:spreader") with { CallerPod = "runner", Agent = "kubectl/v1.31.0" };
        Told.Once("pod-of-account-creates-pods", "low", first, next);
        Told.Never("pod-of-account-creates-pods", first.By("alice"), next);
        Told.Never("pod-of-account-creates-pods", first, next with { CallerPod = "someone-else" });
    }

    [Fact]
    public void An_account_that_is_made_bound_and_given_a_token_by_hand_is_told()
    {
        Told.Once("new-account-armed", "critical", NewAccount(0), Bind(10), Mint(20));
        Told.Never("new-account-armed", NewAccount(0), Bind(10, "other"), Mint(20));
        Told.Never("new-account-armed", NewAccount(0), Mint(10), Bind(20));
        Told.Unknown("new-account-armed", "level_too_low", NewAccount(0), Bind(10).Blind(), Mint(20));
    }
}
