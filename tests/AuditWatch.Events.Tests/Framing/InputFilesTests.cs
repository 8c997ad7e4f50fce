using AuditWatch.Events.Framing;
using Xunit;

namespace AuditWatch.Events.Tests.Framing;

public sealed class InputFilesTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("auditwatch-input-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_folder_stands_for_its_files_by_name_and_not_for_those_of_its_folders()
    {
        Write("b.log", 3);
        Write("a.log", 2);
        Write("B.log", 1);
        _folder.CreateSubdirectory("inner");
        Write("inner/c.log", 9);
        var inputs = Resolve(_folder.FullName);
        Assert.Equal(["B.log", "a.log", "b.log"], inputs.Files.Select(file => Path.GetFileName(file.Name)));
        Assert.Equal(6, inputs.TotalSize);
        Assert.Empty(inputs.Problems);
    }

    [Fact]
    public void Paths_keep_their_order_and_open_what_they_name()
    {
        Write("z.log", 1);
        Write("a.log", 2);
        var inputs = Resolve(At("z.log"), "-", At("a.log"));
        Assert.Equal([At("z.log"), "-", At("a.log")], inputs.Files.Select(file => file.Name));
        Assert.Null(inputs.TotalSize);
        Assert.Equal([1, 5, 2], inputs.Files.Select(file => Length(file)));
    }

    [Fact]
    public void What_is_not_there_is_a_problem_and_the_rest_goes_on()
    {
        Write("a.log", 2);
        var inputs = Resolve(At("missing.log"), At("a.log"), "-", "-");
        Assert.Equal(2, inputs.Files.Count);
        Assert.Equal(
            [$"{At("missing.log")}: there is no such file or folder; check the path", "-: standard input can be read only once; name it once"],
            inputs.Problems);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_pipe_that_lies_in_a_folder_is_passed_over_and_what_a_link_leads_to_is_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes with a name are made by mkfifo.");
        using (var make = System.Diagnostics.Process.Start("mkfifo", At("pipe"))) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        Write("a.log", 3);
        File.CreateSymbolicLink(At("link.log"), At("a.log"));
        File.CreateSymbolicLink(At("pipe.log"), At("pipe"));
        File.CreateSymbolicLink(At("nowhere.log"), At("gone"));
        var inputs = Resolve(_folder.FullName);
        Assert.Equal(["a.log", "link.log", "nowhere.log"], inputs.Files.Select(file => Path.GetFileName(file.Name)));
        Assert.Equal([3L, 3], inputs.Files.Take(2).Select(file => file.Size!.Value));
        Assert.Single(Resolve(At("pipe")).Files);
    }

    [Fact]
    public void An_empty_folder_is_a_problem() => Assert.Single(Resolve(_folder.FullName).Problems);

    static InputFiles Resolve(params string[] paths) => InputFiles.Resolve(paths, () => new MemoryStream(new byte[5]));

    static int Length(InputFile file)
    {
        using var stream = file.Open();
        return stream.Read(new byte[100]);
    }

    string At(string name) => Path.Combine(_folder.FullName, name);

    void Write(string name, int length) => File.WriteAllBytes(At(name), new byte[length]);
}
