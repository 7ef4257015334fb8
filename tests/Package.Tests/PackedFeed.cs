using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>
/// Packs RedGen once, under a version that no cache can know, and builds the consumers of <see cref="Consumers"/> against it, in one command.
/// </summary>
public sealed class PackedFeed : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new("packages and consumers");

    /// <summary>The version of this run.</summary>
    public string Version { get; } = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    /// <summary>The folder with the packed files.</summary>
    public string Feed => Path.Combine(_folder.FullPath, "feed");

    /// <summary>The consumers' folder.</summary>
    public string Root => _folder.FullPath;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        string project = Repository.PathOf("nuget", "RedGen.Package.csproj");

        // Restored under its own version first: the version of this run would be written into the restore files of every project.
        await DotNet.RunAsync(Repository.Root, "restore", project, "-v", "q");
        await DotNet.RunAsync(Repository.Root, "pack", project, "-c", DotNet.Configuration, "--no-restore", "-v", "q", "-o", Feed, "-p:PackageVersion=" + Version);
        Consumers.Write(_folder, Version, Feed);
        await DotNet.RunAsync(Root, "build", "consumers.slnx", "-v", "q");
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Deletes the folder; REDGEN_KEEP=1 leaves it to look at.</summary>
    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("REDGEN_KEEP") is null) _folder.Dispose();
    }
}
