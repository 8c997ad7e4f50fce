using AuditWatch.Events.Redaction;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>The installation's key.</summary>
public sealed class RedactionKeyTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("auditwatch-key-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_made_once_and_loaded_after()
    {
        var made = RedactionKey.LoadOrCreate(_folder);
        Assert.Equal(32, made.Bytes.Length);
        Assert.Equal(made.Bytes.ToArray(), RedactionKey.LoadOrCreate(_folder).Bytes.ToArray());
        Assert.Equal([RedactionKey.FileName], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Is_nobody_elses_to_read()
    {
        if (OperatingSystem.IsWindows()) { Assert.Skip("Windows has no file modes."); return; }
        RedactionKey.LoadOrCreate(_folder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, RedactionKey.FileName)));
    }

    [Fact]
    public void Is_the_same_for_all_who_start_at_once()
    {
        var keys = new string[8];
        Parallel.For(0, keys.Length, i => keys[i] = Convert.ToHexString(RedactionKey.LoadOrCreate(_folder).Bytes.Span));
        Assert.Single(keys.Distinct());
    }

    [Fact]
    public void That_was_damaged_is_refused_with_a_remedy()
    {
        File.WriteAllBytes(Path.Combine(_folder, RedactionKey.FileName), new byte[5]);
        var refused = Assert.Throws<InvalidDataException>(() => RedactionKey.LoadOrCreate(_folder));
        Assert.Contains("5 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("delete it", refused.Message, StringComparison.Ordinal);
    }
}
