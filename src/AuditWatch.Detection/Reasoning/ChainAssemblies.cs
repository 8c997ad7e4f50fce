using System.Reflection;
using System.Runtime.Loader;
using AuditWatch.Sigma.Parsing;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Loads a site's own chains: public rule classes with an id, from assemblies or folders of them. What cannot be loaded is named, and the rest is.</summary>
static class ChainAssemblies
{
    public static IReadOnlyList<Type> Load(IReadOnlyList<string> paths, ICollection<Problem> problems)
    {
        var chains = new List<Type>();
        foreach (var path in paths.SelectMany(Files))
        {
            try
            {
                var types = new Own(path).LoadFromAssemblyPath(Path.GetFullPath(path)).GetExportedTypes().Where(IsChain).OrderBy(t => t.FullName, StringComparer.Ordinal).ToList();
                if (types.Count == 0) Report(path, "holds no chain.", "A chain is a public class that derives from NRules.Fluent.Dsl.Rule and carries [RuleId(\"…\")]; build it against this version's AuditWatch.Detection.dll.");
                chains.AddRange(types);
            }
            catch (Exception e) when (e is BadImageFormatException or IOException or TypeLoadException or UnauthorizedAccessException)
            {
                Report(path, $"cannot be loaded: {e.Message}", "Name an assembly that was built for .NET 10 against this version's AuditWatch.Detection.dll, or a folder of such.");
            }
        }

        return chains;

        void Report(string path, string what, string fix) => problems.Add(new Problem("AW1530", ProblemSeverity.Error, path, 0, 0, null, $"The assembly of chains {what}", fix));
    }

    /// <summary>Keeps those that can run beside one another: each with an id of its own, and a story.</summary>
    public static IReadOnlyList<Type> Check(IReadOnlyList<Type> chains, ICollection<Problem> problems)
    {
        var good = new List<Type>();
        var ids = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase);
        foreach (var chain in chains)
        {
            try
            {
                var id = ChainIdentity.IdOf(chain);
                if (!ids.TryAdd(id, chain)) throw new InvalidOperationException($"The id {id} of the chain {chain.FullName} belongs to {ids[id].FullName} already; give it a new UUID.");
                // Fluent rules say what they are only when they are built.
                _ = new ChainCatalog([chain]);
                good.Add(chain);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                problems.Add(new Problem("AW1531", ProblemSeverity.Error, chain.Assembly.Location, 0, 0, chain.FullName, (e.InnerException ?? e).Message, "Correct the class; the other chains run without it."));
            }
        }

        return good;
    }

    static bool IsChain(Type type) => type is { IsAbstract: false, IsClass: true } && type.IsSubclassOf(typeof(Rule)) && type.GetCustomAttribute<RuleIdAttribute>() is not null;

    static IEnumerable<string> Files(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.dll").Where(f => !IsOurs(f)).Order(StringComparer.Ordinal) : [path];

    // Whoever copies a build folder brings along what is here already.
    static bool IsOurs(string file) => Path.GetFileName(file) is var name && File.Exists(Path.Combine(AppContext.BaseDirectory, name));

    // What a chain builds on is this program's own; only what came with it is looked for beside it.
    sealed class Own(string path) : AssemblyLoadContext(Path.GetFileName(path))
    {
        readonly AssemblyDependencyResolver _beside = new(Path.GetFullPath(path));

        protected override Assembly? Load(AssemblyName name) =>
            File.Exists(Path.Combine(AppContext.BaseDirectory, name.Name + ".dll")) ? null : _beside.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
    }
}
