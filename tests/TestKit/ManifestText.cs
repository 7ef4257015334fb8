using System.Collections.Generic;
using System.IO;
using System.Text;
using RedGen.Compiler;

namespace RedGen.TestKit;

/// <summary>Writes the text that RedGen.targets would write for a model.</summary>
public sealed record ManifestText(string ModelPath, string ProjectDirectory)
{
    /// <summary>The project's root namespace.</summary>
    public string RootNamespace { get; init; } = "Consumer";

    /// <summary>Paths of files that may hold external data.</summary>
    public IReadOnlyList<string> External { get; init; } = [];

    /// <summary>The path of the plan file; empty: none.</summary>
    public string Plan { get; init; } = "";

    /// <summary>The path of the samples that the plan should have been made with; empty: none.</summary>
    public string Samples { get; init; } = "";

    /// <summary>Paths of the properties to prove.</summary>
    public IReadOnlyList<string> Properties { get; init; } = [];

    /// <summary>Paths of the files that statements of properties name.</summary>
    public IReadOnlyList<string> StatementFiles { get; init; } = [];

    /// <summary>The path of the verdicts about them; empty: none.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>Lines of options, such as <c>RedGenClassName=Net</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Where the model appears in the project; empty: where it is.</summary>
    public string Link { get; init; } = "";

    /// <summary>The manifest, with the hashes of the files as they are now.</summary>
    public override string ToString()
    {
        var text = new StringBuilder()
            .Append("path=").Append(ModelPath).Append('\n')
            .Append("sha256=").Append(Hash(ModelPath).ToUpperInvariant()).Append('\n')
            .Append("link=").Append(Link).Append('\n')
            .Append("project-directory=").Append(ProjectDirectory).Append('\n')
            .Append("root-namespace=").Append(RootNamespace).Append('\n');
        foreach (string option in Options) text.Append(option).Append('\n');
        foreach (string path in External) text.Append("external=").Append(Hash(path)).Append(' ').Append(path).Append('\n');
        if (Plan.Length > 0) text.Append("plan=").Append(Hash(Plan).ToUpperInvariant()).Append(' ').Append(Plan).Append('\n');
        if (Samples.Length > 0) text.Append("samples=").Append(Hash(Samples).ToUpperInvariant()).Append('\n');
        foreach (string path in Properties) text.Append("verify=").Append(Hash(path).ToUpperInvariant()).Append(' ').Append(path).Append('\n');
        foreach (string path in StatementFiles) text.Append("prove-file=").Append(Hash(path).ToUpperInvariant()).Append(' ').Append(path).Append('\n');
        if (Verdict.Length > 0) text.Append("verdict=").Append(Hash(Verdict).ToUpperInvariant()).Append(' ').Append(Verdict).Append('\n');
        return text.ToString();
    }

    private static string Hash(string path) => File.Exists(path) ? ModelSource.Hash(File.ReadAllBytes(path)) : "";
}
