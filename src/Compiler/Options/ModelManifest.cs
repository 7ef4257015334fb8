using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Options;

/// <summary>A file beside the model that the build hashed: external data, the plan of the reduction, a property or the verdicts about them.</summary>
/// <param name="Path">Where the file is on this machine.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hex.</param>
public sealed record ManifestFile(string Path, string Sha256);

/// <summary>
/// What nuget/build/RedGen.targets writes for one model: every file that the result depends on with its hash, and the options.
/// The compiler and the tool read this text instead of binary additional files, so that "nothing changed" is a comparison of text.
/// </summary>
/// <remarks>
/// A line is <c>key=value</c>. MSBuild splits text at semicolons, so a line whose key is not known continues the value before it.
/// Two manifests are equal when they say the same.
/// </remarks>
public sealed class ModelManifest : IEquatable<ModelManifest>
{
    /// <summary>The extension of a manifest's file.</summary>
    public const string Extension = ".redgen";

    private const string ProjectPrefix = "project.";
    private static readonly string[] Keys =
        ["path", "sha256", "link", "project-directory", "root-namespace", "external", "weight-resource", "plan", "samples", "costs", "verify", "prove-file", "verify-unknown", "verdict"];

    private readonly string _canonical;

    private ModelManifest(List<KeyValuePair<string, string>> lines)
    {
        _canonical = string.Join("\n", lines.Select(static l => l.Key + "=" + l.Value));
        string Value(string key) => lines.FirstOrDefault(l => l.Key == key).Value ?? "";

        Path = Value("path");
        Sha256 = Value("sha256").ToLowerInvariant();
        RootNamespace = Value("root-namespace");
        WeightResource = Value("weight-resource") is { Length: > 0 } resource ? resource : null;
        ProjectPath = Value("link") is { Length: > 0 } link ? Slashes(link) : Relative(Value("project-directory"), Path);
        Plan = Value("plan") is { Length: > 0 } plan ? ParseFile(plan) : null;
        Costs = Value("costs") is { Length: > 0 } costs ? ParseFile(costs) : null;
        SamplesSha256 = Value("samples").ToLowerInvariant();
        Properties = [.. lines.Where(static l => l.Key == "verify").Select(static l => ParseFile(l.Value)).Distinct()];
        StatementFiles = [.. lines.Where(static l => l.Key == "prove-file").Select(static l => ParseFile(l.Value)).Distinct()];
        Verdict = Value("verdict") is { Length: > 0 } verdict ? ParseFile(verdict) : null;
        Unknown = Value("verify-unknown");
        External = [.. lines.Where(static l => l.Key == "external").Select(static l => ParseFile(l.Value)).Distinct()];
        Options = OptionTable.All.ToImmutableSortedDictionary(
            static o => o.MSBuildName,
            o => Value(o.MSBuildName) is { Length: > 0 } own ? own : Value(ProjectPrefix + o.MSBuildName),
            StringComparer.Ordinal);
        DimsAreShared = Value("RedGenDims").Length == 0 && Value(ProjectPrefix + "RedGenDims").Length > 0;
    }

    /// <summary>Whether the values of dimensions are the project's, meant for all of its models.</summary>
    public bool DimsAreShared { get; }

    /// <summary>Where the model is on this machine.</summary>
    public string Path { get; }

    /// <summary>The model's SHA-256 in lower-case hex; empty when the build did not find the file.</summary>
    public string Sha256 { get; }

    /// <summary>The model's path as the project sees it: relative to the project, or its link; forward slashes.</summary>
    public string ProjectPath { get; }

    /// <summary>The project's root namespace, as it stands.</summary>
    public string RootNamespace { get; }

    /// <summary>The files that may hold external data of this model.</summary>
    public ImmutableArray<ManifestFile> External { get; }

    /// <summary>The name of the resource that holds the weights; null when the build embeds none.</summary>
    public string? WeightResource { get; }

    /// <summary>The plan of the reduction; null when the build found none.</summary>
    public ManifestFile? Plan { get; }

    /// <summary>The table of costs that kernels are chosen by; null where the build names no file.</summary>
    public ManifestFile? Costs { get; }

    /// <summary>The SHA-256 of the samples that the plan should have been made with, in lower-case hex; empty when the project names none.</summary>
    public string SamplesSha256 { get; }

    /// <summary>The properties that the build should prove.</summary>
    public ImmutableArray<ManifestFile> Properties { get; }

    /// <summary>The files that statements of properties (RedGenProve) name: samples, labels, other models.</summary>
    public ImmutableArray<ManifestFile> StatementFiles { get; }

    /// <summary>The verdicts about them; null when the build found none.</summary>
    public ManifestFile? Verdict { get; }

    /// <summary>What an undecided property is, as the project says it; empty where it does not.</summary>
    public string Unknown { get; }

    /// <summary>The options' texts by MSBuild name: the item's, or else the project's; empty when neither has one.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; }

    /// <summary>Reads a manifest's text; null when it names no model.</summary>
    public static ModelManifest? Parse(string text)
    {
        var lines = new List<KeyValuePair<string, string>>();
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            int equals = line.IndexOf('=');
            string key = equals < 0 ? "" : line.Substring(0, equals);
            if (IsKey(key))
            {
                lines.Add(new(key, line.Substring(equals + 1)));
            }
            else if (lines.Count > 0 && line.Length > 0)
            {
                KeyValuePair<string, string> last = lines[lines.Count - 1];
                lines[lines.Count - 1] = new(last.Key, last.Value + ";" + line);
            }
        }

        var manifest = new ModelManifest(lines);
        return manifest.Path.Length == 0 ? null : manifest;
    }

    /// <summary>The path of a file relative to the model's folder, with forward slashes; null when it is elsewhere.</summary>
    public string? RelativeToModel(string path)
    {
        string folder = Folder(Slashes(Path));
        string full = Slashes(path);
        return full.StartsWith(folder, StringComparison.Ordinal) ? full.Substring(folder.Length) : null;
    }

    /// <inheritdoc/>
    public bool Equals(ModelManifest? other) => other is not null && _canonical == other._canonical;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelManifest);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_canonical);

    /// <inheritdoc/>
    public override string ToString() => _canonical;

    private static bool IsKey(string key)
    {
        if (key.StartsWith(ProjectPrefix, StringComparison.Ordinal)) key = key.Substring(ProjectPrefix.Length);
        return Keys.Contains(key, StringComparer.Ordinal) || (OptionTable.Find(key) is { } option && option.MSBuildName == key);
    }

    private static ManifestFile ParseFile(string value)
    {
        int blank = value.IndexOf(' ');
        return blank < 0 ? new(value, "") : new(value.Substring(blank + 1), value.Substring(0, blank).ToLowerInvariant());
    }

    /// <summary>A model outside the project keeps its file name only: where the project lies must not matter.</summary>
    private static string Relative(string directory, string path)
    {
        string full = Slashes(path);
        string folder = Slashes(directory).TrimEnd('/') + "/";
        return directory.Length > 0 && full.StartsWith(folder, StringComparison.Ordinal)
            ? full.Substring(folder.Length)
            : full.Substring(Folder(full).Length);
    }

    private static string Folder(string path) => path.Substring(0, path.LastIndexOf('/') + 1);

    /// <summary>A backslash is a letter of a name outside Windows; only a path with a drive or a share has it as a separator.</summary>
    private static string Slashes(string path)
        => path.Length > 0 && path[0] == '/' ? path : path.Replace('\\', '/');
}
