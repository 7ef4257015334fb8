using System;
using System.IO;

namespace RedGen.TestKit;

/// <summary>Where the repository lies: snapshots, assets and docs are read from it.</summary>
public static class Repository
{
    /// <summary>The folder that holds global.json.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A source path as the compiler recorded it; builds with deterministic paths write the root as <c>/_/</c>.</summary>
    public static string SourcePath(string recorded)
        => recorded.StartsWith("/_/", StringComparison.Ordinal) ? PathOf(recorded[3..]) : recorded;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "global.json")) && Directory.Exists(Path.Combine(folder.FullName, "src")))
                return folder.FullName;
        }

        throw new InvalidOperationException("no repository above " + AppContext.BaseDirectory);
    }
}
