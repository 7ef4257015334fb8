using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Verify.Build;

/// <summary>What a build wants proven of a model, and what has been found out about it.</summary>
/// <param name="Properties">The files of the properties, as the build hashed them.</param>
/// <param name="VerdictText">The text of the verdict file; null where there is none.</param>
/// <param name="Unknown">What an undecided property is, <c>Warning</c> or <c>Error</c>; empty: a warning.</param>
public sealed record VerificationRequest(ImmutableArray<ManifestFile> Properties, string? VerdictText, string Unknown)
{
    /// <summary>The files that statements of properties name, as the build hashed them.</summary>
    public ImmutableArray<ManifestFile> StatementFiles { get; init; } = [];

    /// <summary>The hash of a file that a statement names, relative to the project; empty where the build found none.</summary>
    internal string HashOf(string file)
    {
        string name = file.Replace('\\', '/');
        if (name.StartsWith("./", StringComparison.Ordinal)) name = name.Substring(2);
        // The project's own file has the shortest path of those that end so.
        return StatementFiles.Where(f => ("/" + f.Path.Replace('\\', '/')).EndsWith("/" + name, StringComparison.Ordinal)).OrderBy(static f => f.Path.Length).FirstOrDefault()?.Sha256 ?? "";
    }
}
