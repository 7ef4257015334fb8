using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;

namespace RedGen.Cli.Testing;

/// <summary>A folder with a model and data to test it with.</summary>
/// <param name="Name">The name that results show: the folder relative to the one that was searched.</param>
/// <param name="Folder">The folder.</param>
internal sealed record TestCase(string Name, string Folder)
{
    /// <summary>The model.</summary>
    public string ModelPath => Path.Combine(Folder, "model.onnx");

    /// <summary>The folders of ONNX's standard form, in the order of their numbers.</summary>
    public ImmutableArray<string> DataSetFolders =>
    [
        .. Directory.EnumerateDirectories(Folder, "test_data_set_*")
            .OrderBy(static d => d.Length).ThenBy(static d => d, System.StringComparer.Ordinal),
    ];

    /// <summary>Whether there are arrays instead.</summary>
    public bool HasArrays => File.Exists(Path.Combine(Folder, "inputs.npy")) && File.Exists(Path.Combine(Folder, "expected.npy"));

    /// <summary>Whether a <c>meta.json</c> describes a trained model, whose data another float32 runtime computed (docs/decisions/0004).</summary>
    public bool IsTrainedModel => File.Exists(Path.Combine(Folder, "meta.json"));

    private bool HasModel => File.Exists(ModelPath);

    private bool HasData => HasArrays || Directory.EnumerateDirectories(Folder, "test_data_set_*").Any();

    /// <summary>Finds the cases in folders, at any depth, in the order of their names.</summary>
    /// <param name="folders">The folders to search.</param>
    /// <param name="bare">Takes folders that hold a model and nothing to test it with.</param>
    public static ImmutableArray<TestCase> Find(IReadOnlyList<string> folders, ICollection<string> bare)
    {
        ImmutableArray<TestCase>.Builder cases = ImmutableArray.CreateBuilder<TestCase>();
        foreach (string folder in folders)
        {
            string root = Path.GetFullPath(folder);
            foreach (string path in Walk(root).OrderBy(static p => p, System.StringComparer.Ordinal))
            {
                var found = new TestCase(NameOf(root, path, folders.Count > 1), path);
                if (!found.HasModel) continue;
                if (found.HasData) cases.Add(found);
                else bare.Add(path);
            }
        }

        return cases.ToImmutable();
    }

    private static IEnumerable<string> Walk(string root)
        => Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)
            .Where(static d => !Path.GetFileName(d).StartsWith("test_data_set_", System.StringComparison.Ordinal)).Prepend(root);

    private static string NameOf(string root, string path, bool isOneOfMany)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        if (path == root) return name;
        string relative = Path.GetRelativePath(root, path).Replace('\\', '/');
        return isOneOfMany ? name + "/" + relative : relative;
    }
}
