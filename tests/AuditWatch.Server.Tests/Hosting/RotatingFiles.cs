using System.Security.Cryptography;
using AuditWatch.Server.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Hosting;

/// <summary>Files that are renewed while the server runs, by hand and as Kubernetes renews a mounted Secret.</summary>
public sealed class RotatingFiles
{
    readonly string _folder = Directory.CreateTempSubdirectory("aw-rotating").FullName;
    readonly FakeTimeProvider _clock = new();

    static string Text(string path)
    {
        var text = File.ReadAllText(path);
        return text.Length > 0 ? text : throw new CryptographicException("empty");
    }

    void Write(string name, string text, int day)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 11, day, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public void A_file_that_was_written_anew_is_read_again_and_one_that_cannot_be_read_changes_nothing()
    {
        Write("tls.crt", "first", 1);
        var file = new RotatingFile<string>(Path.Combine(_folder, "tls.crt"), () => Text(Path.Combine(_folder, "tls.crt")), _clock);
        Write("tls.crt", "", 2);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("first", file.Value);
        Write("tls.crt", "second", 3);
        Assert.Equal("first", file.Value);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("second", file.Value);
        File.Delete(Path.Combine(_folder, "tls.crt"));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("second", file.Value);
    }

    [Fact]
    public void A_mounted_Secret_is_renewed_by_a_link_of_its_folder()
    {
        Write("..1/tls.crt", "first", 1);
        Write("..2/tls.crt", "second", 2);
        var data = Path.Combine(_folder, "..data");
        Directory.CreateSymbolicLink(data, "..1");
        var path = Path.Combine(_folder, "tls.crt");
        File.CreateSymbolicLink(path, Path.Combine("..data", "tls.crt"));
        var file = new RotatingFile<string>(path, () => Text(path), _clock);
        Assert.Equal("first", file.Value);

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "..2");
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("second", file.Value);
    }
}
