using NRules;
using NRules.Fluent;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The long-lived session: findings, exceptions, incidents. Small on purpose: findings leave by number, and what follows from them leaves with them. Belongs to
/// one thread.
/// </summary>
sealed class Cases
{
    const int MostFindings = 1000, RulesOfAnIncident = 3;

    static readonly Lazy<ISessionFactory> Factory = new(() =>
    {
        var repository = new RuleRepository();
        repository.Load(x => x.PrivateTypes().From(typeof(NotExcepted), typeof(IncidentPerActor)));
        return new RuleCompiler().Compile(repository.GetRuleSets());
    });

    readonly ISession _session = Factory.Value.CreateSession();
    readonly Queue<Finding> _findings = new();
    readonly Dictionary<string, SiteException> _exceptions = new(StringComparer.Ordinal);

    public Cases(IEnumerable<SiteException> exceptions)
    {
        foreach (var exception in exceptions) Add(exception);
    }

    /// <summary>Findings that an exception covered.</summary>
    public long Hidden { get; private set; }

    public IReadOnlyList<Incident> Incidents => [.. _session.Query<Incident>().OrderBy(i => i.Actor, StringComparer.Ordinal)];

    public void Add(SiteException exception)
    {
        if (!_exceptions.TryAdd(exception.Id, exception)) return;
        _session.Insert(exception);
        _session.Fire();
    }

    public void Withdraw(string id)
    {
        if (!_exceptions.Remove(id, out var exception)) return;
        _session.Retract(exception);
        _session.Fire();
    }

    /// <summary>Takes findings in and gives back those that are visible.</summary>
    public IReadOnlyList<Finding> Visible(IReadOnlyCollection<Finding> findings)
    {
        if (findings.Count == 0) return [];
        _session.InsertAll(findings);
        _session.Fire();
        foreach (var finding in findings) _findings.Enqueue(finding);
        var asked = findings.ToHashSet();
        var visible = _session.Query<VisibleFinding>().AsEnumerable().Select(v => v.Finding).Where(asked.Contains).ToHashSet();
        Hidden += findings.Count - visible.Count;
        if (_findings.Count > MostFindings) Forget();
        return [.. findings.Where(visible.Contains)];
    }

    public static bool IsIncident(IEnumerable<VisibleFinding> findings) =>
        findings.Select(v => v.Finding.By.Id).Distinct(StringComparer.Ordinal).Take(RulesOfAnIncident).Count() == RulesOfAnIncident;

    void Forget()
    {
        var old = new List<Finding>(_findings.Count - (MostFindings / 2));
        while (_findings.Count > MostFindings / 2) old.Add(_findings.Dequeue());
        _session.RetractAll(old);
        _session.Fire();
    }
}
