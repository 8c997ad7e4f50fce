using AuditWatch.Detection.Incidents;
using NRules;
using NRules.Fluent;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The long-lived session: exceptions, the steps of cases that more than one alert belongs to, and the incidents that follow from them. Findings only pass through.
/// Small on purpose: cases leave when they are closed, and what follows from them leaves with them. Belongs to one thread.
/// </summary>
sealed class Cases
{
    static readonly Lazy<ISessionFactory> Factory = new(() =>
    {
        var repository = new RuleRepository();
        repository.Load(x => x.PrivateTypes().From(typeof(NotExcepted), typeof(StepNotExcepted), typeof(IncidentPerCase)));
        return new RuleCompiler().Compile(repository.GetRuleSets());
    });

    readonly ISession _session = Factory.Value.CreateSession();
    readonly HashSet<CaseStep> _steps = [];
    readonly Dictionary<string, SiteException> _exceptions = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, ExceptionUse> _used = new(StringComparer.Ordinal);

    public Cases(IEnumerable<SiteException> exceptions)
    {
        foreach (var exception in exceptions) Add(exception);
    }

    /// <summary>Findings that an exception covered.</summary>
    public long Hidden { get; private set; }

    /// <summary>Incidents as they stand, by case.</summary>
    public IReadOnlyDictionary<string, OpenCase> Open
    {
        get
        {
            var open = new Dictionary<string, OpenCase>(StringComparer.Ordinal);
            foreach (var found in _session.Query<OpenCase>()) open[found.CaseId] = found;
            return open;
        }
    }

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

    /// <summary>Gives back those findings that are visible.</summary>
    public IReadOnlyList<Finding> Visible(IReadOnlyCollection<Finding> findings)
    {
        if (findings.Count == 0) return [];
        if (_exceptions.Count == 0) return [.. findings];
        _session.InsertAll(findings);
        _session.Fire();
        var visible = _session.Query<VisibleFinding>().AsEnumerable().Select(v => v.Finding).ToHashSet();
        _session.RetractAll(findings);
        _session.Fire();
        Hidden += findings.Count - visible.Count;
        foreach (var finding in findings.Where(f => !visible.Contains(f))) Note(finding);
        return [.. findings.Where(visible.Contains)];
    }

    /// <summary>What exceptions hid since last asked, by exception.</summary>
    public IReadOnlyList<ExceptionUse> TakeUsed()
    {
        if (_used.Count == 0) return [];
        IReadOnlyList<ExceptionUse> used = [.. _used.Values];
        _used.Clear();
        return used;
    }

    void Note(Finding finding)
    {
        foreach (var id in finding.Exceptions.Where(id => _exceptions.TryGetValue(id, out var exception) && exception.Covers(finding)))
            _used[id] = _used.TryGetValue(id, out var use) ? use with { Findings = use.Findings + 1, LastMicros = Math.Max(use.LastMicros, finding.End.TimeMicros) } : new ExceptionUse(id, 1, finding.End.TimeMicros);
    }

    /// <summary>Takes over what became of the cases.</summary>
    public void Take(IReadOnlyCollection<CaseStep> come, IReadOnlyCollection<CaseStep> gone)
    {
        if (come.Count == 0 && gone.Count == 0) return;
        var leaving = gone.Where(_steps.Remove).Distinct().ToList();
        var left = gone.ToHashSet();
        var moved = come.Distinct().Where(s => !left.Contains(s)).ToList();
        _session.RetractAll(leaving);
        _session.UpdateAll(moved.Where(_steps.Contains).ToList());
        _session.InsertAll(moved.Where(_steps.Add).ToList());
        _session.Fire();
    }
}
