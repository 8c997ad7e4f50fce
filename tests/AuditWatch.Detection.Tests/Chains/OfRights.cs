using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Chains;

public sealed class OfRights
{
    public static TheoryData<string> Fresh => ["fresh-privilege-reads-secrets", "fresh-privilege-enters-pods", "fresh-privilege-creates-workload"];

    static An End(string chain) => (chain switch
    {
        "fresh-privilege-reads-secrets" => ReadSecrets(30),
        "fresh-privilege-enters-pods" => Exec(30),
        _ => PodOf(30, "default"),
    }).By(Account);

    [Theory, MemberData(nameof(Fresh))]
    public void Rights_that_were_just_given_are_told_when_they_are_used(string chain)
    {
        Told.Once(chain, "high", Bind(0), Look(10).By(Account), End(chain));
        Told.Never(chain, Bind(0, "other"), Look(10).By(Account), End(chain));
        Told.Never(chain, Bind(0), Look(10).By(Account), End(chain) with { At = 3700 });
        Told.Never(chain, End(chain) with { At = 0 }, Bind(10));
        Told.Unknown(chain, "level_too_low", Bind(0).Blind(), Look(10).By(Account), End(chain));
    }

    [Fact]
    public void A_binding_that_is_gone_after_minutes_is_told()
    {
        Told.Once("flash-privilege", "high", Bind(0), Unbind(300));
        Told.Never("flash-privilege", Bind(0), Unbind(300, "other"));
        Told.Never("flash-privilege", Bind(0), Unbind(1000));
        Told.Unknown("flash-privilege", "level_too_low", Bind(0).Blind(), Unbind(300));
    }

    [Fact]
    public void A_pod_that_runs_as_an_account_which_was_just_bound_is_told()
    {
        Told.Once("fresh-privilege-run-as-pod", "high", Bind(0), PodOf(60, "deployer"));
        Told.Never("fresh-privilege-run-as-pod", Bind(0), PodOf(60, "other"));
        Told.Never("fresh-privilege-run-as-pod", Bind(0), PodOf(60, "deployer", ns: "prod"));
        Told.Unknown("fresh-privilege-run-as-pod", "level_too_low", Bind(0).Blind(), PodOf(60, "deployer"));
    }

    [Fact]
    public void A_role_of_ones_own_making_is_told_when_it_is_bound()
    {
        Told.Once("role-widened-then-bound", "high", Role(0), BindRole(60));
        Told.Never("role-widened-then-bound", Role(0), BindRole(60, "view"));
        Told.Never("role-widened-then-bound", Role(0), BindRole(60).By("bob"));
        Told.Never("role-widened-then-bound", BindRole(0), Role(60));
        Told.Unknown("role-widened-then-bound", "level_too_low", Role(0).Blind(), BindRole(60));
    }

    [Fact]
    public void A_door_that_is_opened_to_everyone_is_told_when_somebody_comes_through()
    {
        var guest = new An { Id = "guest", User = "system:anonymous", UserGroups = ["system:unauthenticated"], Verb = "list", Resource = "pods", Name = null, Ip = "198.51.100.9", At = 60 };
        Told.Once("everyone-let-in-and-came", "critical", BindEveryone(0), guest);
        Told.Never("everyone-let-in-and-came", guest with { At = 0 }, BindEveryone(60));
        Told.Never("everyone-let-in-and-came", BindEveryone(0), guest with { Code = 403 });
        Told.Unknown("everyone-let-in-and-came", "level_too_low", BindEveryone(0).Blind(), guest);
    }

    [Fact]
    public void Power_that_is_given_and_used_to_destroy_is_told()
    {
        Told.Once("takeover-then-destruction", "critical", [Bind(0), Look(10).By("erin"), .. Grant("erin"), Look(30).By("erin"), .. DeleteMuch(60).Select(d => d.By("erin"))]);
        Told.Never("takeover-then-destruction", [.. Grant("erin"), .. DeleteMuch(60).Select(d => d.By("bob"))]);
        Told.Never("takeover-then-destruction", [.. Grant("erin"), .. DeleteMuch(60).Take(3).Select(d => d.By("erin"))]);
    }

    [Fact]
    public void An_identity_that_was_tried_on_until_one_fitted_is_told()
    {
        var refused = Look(0) with { Code = 403, Message = "users \"admin\" is forbidden: User \"alice\" cannot impersonate resource \"users\" in API group" };
        var used = Look(60) with { Id = "as", As = "admin" };
        Told.Once("impersonation-found-by-trying", "high", refused, used);
        Told.Never("impersonation-found-by-trying", refused.By("bob"), used);
        Told.Never("impersonation-found-by-trying", used with { At = 0 }, refused with { At = 60 });
    }

    [Fact]
    public void A_borrowed_identity_that_is_made_lasting_is_told()
    {
        var borrowed = Look(0) with { Id = "as", As = "admin" };
        Told.Once("borrowed-identity-made-lasting", "critical", borrowed, Bind(60).By("alice") with { As = "admin" });
        Told.Never("borrowed-identity-made-lasting", borrowed, Bind(60).By("alice"));
        Told.Never("borrowed-identity-made-lasting", borrowed, Bind(60).By("bob"));
    }

    static An[] Grant(string user) => [Bind(20) with { Body = Bind(20).Body!.Replace("""{"kind":"ServiceAccount","name":"deployer","namespace":"ci"}""", $$"""{"kind":"User","name":"{{user}}"}""", StringComparison.Ordinal) }];
}
