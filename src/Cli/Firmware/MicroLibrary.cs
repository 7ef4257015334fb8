using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;

namespace RedGen.Cli.Firmware;

/// <summary>The System library of devices (src/Micro) and the start-up files of boards (examples/Firmware), which travel in the tool.</summary>
internal static class MicroLibrary
{
    private const string LibraryPrefix = "Micro/";
    private const string BoardPrefix = "Board/";

    private const string OnDemand = "Internal/OnDemand/";

    private static readonly ImmutableArray<(string Path, string Text)> Files = Read(LibraryPrefix);

    /// <summary>The library's sources: path and text.</summary>
    public static ImmutableArray<(string Path, string Text)> Sources { get; } = [.. Files.Where(static f => !f.Path.StartsWith(OnDemand, System.StringComparison.Ordinal))];

    /// <summary>The functions that ILC may ask for by name, and that are compiled where it does: each is a file of its name.</summary>
    public static ImmutableDictionary<string, string> Helpers { get; } = Files.Where(static f => f.Path.StartsWith(OnDemand, System.StringComparison.Ordinal))
        .ToImmutableDictionary(static f => Path.GetFileNameWithoutExtension(f.Path), static f => f.Text);

    /// <summary>The boards' sources: file name and text.</summary>
    public static ImmutableArray<(string Path, string Text)> BoardFiles { get; } = Read(BoardPrefix);

    private static ImmutableArray<(string Path, string Text)> Read(string prefix)
    {
        Assembly assembly = typeof(MicroLibrary).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Select(static n => n.Replace('\\', '/')).Where(n => n.StartsWith(prefix, System.StringComparison.Ordinal))
                .Order(System.StringComparer.Ordinal).Select(n => (n[prefix.Length..], Text(assembly, n))),
        ];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
